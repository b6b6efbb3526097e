/** What the build puts in. */
declare module "attentionless/wasm" {
  const url: string;
  export default url;
}

declare module "attentionless-threads/wasm" {
  const url: string;
  export default url;
}

declare const __WASM_BYTES__: number;

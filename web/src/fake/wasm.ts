/** The fake build has no wasm. */
export default "";

/** The device that the visitor chose: `?device=` for this visit, else what was chosen from the menu. */
import type { DeviceChoice } from "../protocol.ts";

const KEY = "device";

function choiceOf(text: string | null): DeviceChoice | null {
  return text === "wgpu" || text === "cpu" || text === "auto" ? text : null;
}

export function firstChoice(): DeviceChoice {
  const asked = choiceOf(new URLSearchParams(location.search).get("device"));
  try {
    return asked ?? choiceOf(localStorage.getItem(KEY)) ?? "auto";
  } catch {
    // Storage can be forbidden.
    return asked ?? "auto";
  }
}

/** An address that asks for another one does not any more. */
export function keepChoice(choice: DeviceChoice): void {
  const url = new URL(location.href);
  if (url.searchParams.has("device")) {
    url.searchParams.delete("device");
    history.replaceState(history.state, "", url);
  }
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // It holds for this visit.
  }
}

/** Light, dark, or as the system has it. */

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "theme";

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === found) ?? "auto";
  } catch {
    // Storage can be forbidden.
    return "auto";
  }
}

class ThemeState {
  current = $state<Theme>(stored());

  set(theme: Theme): void {
    this.current = theme;
    this.show();
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It holds for this visit.
    }
  }

  show(): void {
    if (this.current === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.current;
  }
}

export const theme = new ThemeState();

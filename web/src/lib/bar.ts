/** A bar that stays in sight covers what is below it: what has the focus is kept clear of it. */

/** Tells the page's scroll-padding how high the bar is, for as long as it is there. */
export function keepClear(bar: HTMLElement): () => void {
  const root = document.documentElement;
  const observer = new ResizeObserver(() => {
    root.style.setProperty("--bar", `${bar.offsetHeight}px`);
    const focused = document.activeElement;
    // It may have grown over what is being worked at.
    if (focused && focused !== document.body && !bar.contains(focused) && focused.getBoundingClientRect().bottom > bar.getBoundingClientRect().top) {
      focused.scrollIntoView({ block: "nearest" });
    }
  });
  observer.observe(bar);
  return () => {
    observer.disconnect();
    root.style.removeProperty("--bar");
  };
}

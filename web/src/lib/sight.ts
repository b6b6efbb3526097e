/** Tells whether an element, or that share of it, is in sight, now and whenever that changes, until it is called off. */
export function watchSight(element: Element, tell: (inSight: boolean) => void, share = 0): () => void {
  // Where the tab was busy, several changes come at once, the oldest first: only the last of them holds.
  const observer = new IntersectionObserver((entries) => tell(entries[entries.length - 1].isIntersecting), { threshold: share });
  observer.observe(element);
  return () => observer.disconnect();
}

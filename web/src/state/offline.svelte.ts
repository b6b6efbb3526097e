/** Whether there is a network, and the service worker that makes the page work without. */

class Offline {
  /** As far as the browser knows: it may be wrong about a network that leads nowhere. */
  off = $state(!navigator.onLine);
  /** What was loaded is kept for a page without a network. */
  kept = $state(false);

  start(): void {
    addEventListener("online", () => (this.off = false));
    addEventListener("offline", () => (this.off = true));
  }

  /** Once engine and models are here, so that it takes nothing from them. A browser may have no such workers, or none to spare. */
  async keep(): Promise<void> {
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    try {
      await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
      await navigator.serviceWorker.ready;
      this.kept = true;
    } catch {
      // Then every visit needs the network, as before.
    }
  }
}

export const offline = new Offline();

/* For a site that is opened from a folder: browsers start no Worker from file:, so the script of the search runs in a hidden
 * frame instead. The theme's offline plugin would fetch such a shim from the network. */
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.appendChild(frame);
      this.inside = frame.contentWindow;
      this.listen = (event) => {
        if (event.source === this.inside) this.dispatchEvent(new MessageEvent("message", { data: event.data }));
      };
      window.addEventListener("message", this.listen);
      this.ready = new Promise((resolve, reject) => {
        const page = this.inside.document;
        page.open();
        page.write("<html><body></body></html>");
        page.close();
        this.inside.postMessage = (data) =>
          window.dispatchEvent(new MessageEvent("message", { data: data, source: this.inside }));
        this.inside.importScripts = (...urls) =>
          urls.reduce((before, next) => before.then(() => this.load(next)), Promise.resolve());
        this.load(String(url)).then(resolve, reject);
      });
    }
    load(url) {
      return new Promise((resolve, reject) => {
        const script = this.inside.document.createElement("script");
        script.src = new URL(url, location.href).href;
        script.onload = resolve;
        script.onerror = reject;
        this.inside.document.body.appendChild(script);
      });
    }
    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data: structuredClone(data) })));
    }
    terminate() {
      window.removeEventListener("message", this.listen);
    }
  };
  window.Worker = window.IFrameWorker;
}

// SPDX-License-Identifier: MIT
// Small things that are fetched when they come into sight: thumbnails and the answers beside them. A few at a time, so that a long
// list does not take the connections from what somebody waits for.

const AT_ONCE = 3;

export class Lazy {
  #observer; #work = new WeakMap(); #queue = []; #running = 0;

  constructor() {
    this.#observer = new IntersectionObserver((seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        this.#observer.unobserve(target);
        this.#queue.push(target);
      }
      this.#next();
    }, { rootMargin: "200px" });
  }

  // Runs work() once when element comes near the window; not at all when the element is gone by then.
  when(element, work) {
    this.#work.set(element, work);
    this.#observer.observe(element);
  }

  async #next() {
    while (this.#running < AT_ONCE && this.#queue.length) {
      const element = this.#queue.pop(); // what came into sight last is what is looked at
      if (!element.isConnected) continue;
      this.#running++;
      this.#work.get(element)().catch(() => {}).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }
}

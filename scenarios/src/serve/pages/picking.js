// Picking a part of a chart with a pointer: from where it goes down to where it comes up.

// Whoever moves less means one place.
const LEAST = 5;

export class Picking {
  // `onPick` is told both ends in pixels of the canvas, `onClick` the place.
  constructor(canvas, { redraw, onPick, onClick }) {
    Object.assign(this, { canvas, redraw });
    this.start = undefined;
    this.range = undefined;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.start = this.place(event);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => this.start && this.move(this.place(event)));
    canvas.addEventListener("pointerup", (event) => {
      if (!this.start) return;
      this.move(this.place(event));
      const { start, range } = this;
      this.end();
      if (range) onPick(...range);
      else onClick(start.x, start.y);
    });
    canvas.addEventListener("pointercancel", () => this.end());
  }

  place({ clientX, clientY }) {
    const { left, top } = this.canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  move({ x }) {
    const isFar = this.range !== undefined || Math.abs(x - this.start.x) >= LEAST;
    this.range = isFar ? [Math.min(x, this.start.x), Math.max(x, this.start.x)] : undefined;
    this.redraw();
  }

  end() {
    [this.start, this.range] = [undefined, undefined];
    this.redraw();
  }
}

/** Small helps with the page's elements. */
import type { Picture } from './protocol';

/** The element with this id. */
export function element<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page lacks the ${kind.name} #${id}.`);
  return found;
}

/** A new element with its properties and what is in it. */
export function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export function drawPicture(canvas: HTMLCanvasElement, { width, height, pixels }: Picture): void {
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')!.putImageData(new ImageData(pixels, width, height), 0, 0);
}

// Which cameras a screen shows.

export const SIZES = [1, 4, 9, 16] as const;
export type Size = (typeof SIZES)[number];

/** What was remembered, or four. */
export const sizeOf = (text: string | null): Size => SIZES.find((size) => String(size) === text) ?? 4;

export const pageCount = (items: number, size: Size): number => Math.max(1, Math.ceil(items / size));

/** The page asked for, or the last one there is. */
export const pageWithin = (page: number, items: number, size: Size): number =>
  Math.min(Math.max(0, page), pageCount(items, size) - 1);

export function pageOf<T>(items: readonly T[], size: Size, page: number): readonly T[] {
  const begin = pageWithin(page, items.length, size) * size;
  return items.slice(begin, begin + size);
}

import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks';
import { inView, offsetsOf, placeOf, rowAt, setHeight, type Placement, type Row } from './rows';

interface Props {
  rows: readonly Row[];
  /** The row that is always there, and is brought into view when it becomes another. */
  chosen: string | null;
  label: string;
  /** Of all alerts. */
  count: number;
  render: (row: Row) => ComponentChildren;
}

/** Rows beyond the edges of the view. */
const AROUND = 5;

/**
 * A list of any length: only the rows in view are in the page, and the one that is chosen or has the focus. Rows may be
 * of any height; until one has been seen it is taken for a usual one.
 */
export function WindowedList({ rows, chosen, label, count, render }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const [heights] = useState(() => new Map<string, number>());
  const [measured, remeasure] = useReducer((n: number) => n + 1, 0);
  const [view, setView] = useState({ top: 0, height: 800 });
  const [focused, setFocused] = useState<string | null>(null);
  const placed = useRef<Placement | null>(null);
  const offsets = useMemo(() => {
    const next = offsetsOf(rows, heights, placed.current);
    placed.current = { rows, offsets: next };
    return next;
  }, [rows, heights]);
  const chosenAt = useMemo(() => placeOf(rows, chosen), [rows, chosen]);
  const focusedAt = useMemo(() => placeOf(rows, focused), [rows, focused]);

  const read = useCallback(() => {
    const box = list.current;
    if (!box) return;
    setView((old) => {
      const { scrollTop: top, clientHeight: height } = box;
      return old.top === top && old.height === height ? old : { top, height };
    });
  }, []);
  useLayoutEffect(read);
  useEffect(() => {
    const box = list.current;
    if (!box) return undefined;
    const observer = new ResizeObserver(read);
    observer.observe(box);
    return () => observer.disconnect();
  }, [read]);

  // What stands at the top of the view stays there while rows above it come, go and turn out to be taller.
  const anchor = useRef<{ key: string; index: number; below: number } | null>(null);
  useLayoutEffect(() => {
    const box = list.current;
    const kept = anchor.current;
    if (!box || !kept || box.scrollTop <= 0) return;
    // Mostly it stands where it stood.
    if (rows[kept.index]?.key !== kept.key) kept.index = placeOf(rows, kept.key);
    if (kept.index < 0) return;
    const top = (offsets[kept.index] ?? 0) + kept.below;
    if (Math.abs(top - box.scrollTop) >= 1) box.scrollTop = top;
  }, [offsets, rows, measured]);
  const scrolled = () => {
    const box = list.current;
    if (!box) return;
    const index = rowAt(offsets, box.scrollTop);
    const row = rows[index];
    anchor.current = row ? { key: row.key, index, below: box.scrollTop - (offsets[index] ?? 0) } : null;
    read();
  };

  const shown = useRef<string | null>(null);
  useLayoutEffect(() => {
    if (chosen === null || chosen === shown.current) return;
    const box = list.current;
    if (!box || chosenAt < 0) return;
    shown.current = chosen;
    const [top = 0, bottom = 0] = [offsets[chosenAt], offsets[chosenAt + 1]];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
    scrolled();
  });

  const [first, last] = inView(offsets, view.top, view.height, AROUND);
  const indexes = new Set<number>();
  for (let index = first; index < last; index += 1) indexes.add(index);
  for (const index of [chosenAt, focusedAt]) if (index >= 0) indexes.add(index);
  const measure = useCallback(
    (index: number, height: number) => {
      const row = rows[index];
      if (height === 0 || !row || heights.get(row.key) === height) return;
      heights.set(row.key, height);
      setHeight(offsets, index, height);
      remeasure(undefined);
    },
    [heights, rows, offsets],
  );
  // What has not changed is not rendered again for being scrolled.
  // eslint-disable-next-line react-hooks/exhaustive-deps -- forgotten with what it was rendered by
  const rendered = useMemo(() => new WeakMap<Row, ComponentChildren>(), [render, chosen]);
  const content = (row: Row) => {
    const known = rendered.get(row) ?? render(row);
    rendered.set(row, known);
    return known;
  };
  return (
    <div
      ref={list}
      class="queue-list"
      onScroll={scrolled}
      onFocusCapture={(event) => setFocused(keyOf(event.target))}
      onBlurCapture={() => setFocused(null)}
    >
      <ol aria-label={label} style={{ height: `${offsets[rows.length] ?? 0}px` }}>
        {[...indexes]
          .sort((a, b) => a - b)
          .map((index) => {
            const row = rows[index];
            return (
              row && (
                <Placed
                  key={row.key}
                  row={row}
                  index={index}
                  top={offsets[index] ?? 0}
                  count={count}
                  onHeight={measure}
                >
                  {content(row)}
                </Placed>
              )
            );
          })}
      </ol>
    </div>
  );
}

const keyOf = (target: EventTarget | null): string | null =>
  target instanceof Element ? (target.closest('[data-row]')?.getAttribute('data-row') ?? null) : null;

interface PlacedProps {
  row: Row;
  /** Of the row in the list. */
  index: number;
  top: number;
  count: number;
  onHeight: (index: number, height: number) => void;
  children: ComponentChildren;
}

function Placed({ row, index, top, count, onHeight, children }: PlacedProps) {
  const item = useRef<HTMLLIElement>(null);
  const { key } = row;
  const latest = useRef({ index, onHeight });
  latest.current = { index, onHeight };
  useLayoutEffect(() => {
    const target = item.current;
    if (!target) return undefined;
    const measure = () => latest.current.onHeight(latest.current.index, target.offsetHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [key]);
  const isAlert = row.kind === 'alert';
  return (
    <li
      ref={item}
      data-row={key}
      class={`queue-row row-${row.kind}`}
      style={{ top: `${top}px` }}
      aria-setsize={isAlert ? count : undefined}
      aria-posinset={isAlert ? row.place : undefined}
    >
      {children}
    </li>
  );
}

import { useCallback } from 'preact/hooks';
import { getVehicles } from '../api/client';
import type { Vehicle } from '../api/types';
import { usePages, type Pages } from '../usePages';
import { queryOf, type Search } from './search';

export type Found = Pages<Vehicle>;

const PAGE = 30;

/** What a search finds, page by page. */
export const useVehicles = (search: Search, offset: number) =>
  usePages(
    useCallback(
      (cursor: string | null, signal: AbortSignal) =>
        getVehicles(queryOf(search, offset, cursor, PAGE), signal),
      [search, offset],
    ),
  );

import { useCallback } from 'preact/hooks';
import { findAlerts } from '../api/search';
import type { Alert } from '../api/types';
import { usePages, type Pages } from '../usePages';
import { queryOf, type Search } from './search';

export type Found = Pages<Alert>;

const PAGE = 40;

/** What a search finds, page by page. */
export const useFoundAlerts = (search: Search, offset: number) =>
  usePages(
    useCallback(
      (cursor: string | null, signal: AbortSignal) =>
        findAlerts(queryOf(search, offset, cursor, PAGE), signal),
      [search, offset],
    ),
  );

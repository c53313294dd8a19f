import { describe, expect, it } from 'vitest';
import { dictionaries, fill, speech, withoutLead, type Key } from './index';

const { vi, en } = dictionaries;
const keys = Object.keys(vi) as Key[];
const holes = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([hole]) => hole).sort();

describe('dictionaries', () => {
  it('have the same keys', () => expect(Object.keys(en).sort()).toEqual(Object.keys(vi).sort()));

  it.each(keys)('%s has words and the same places to fill', (key) => {
    expect(vi[key].trim()).not.toBe('');
    expect(en[key].trim()).not.toBe('');
    expect(holes(en[key])).toEqual(holes(vi[key]));
  });

  it('spell Vietnamese in composed form', () => {
    for (const key of keys) expect(vi[key]).toBe(vi[key].normalize('NFC'));
  });
});

describe('speech', () => {
  it('fills places and leaves unknown ones visible', () => {
    expect(fill('{n} mới', { n: 3 })).toBe('3 mới');
    expect(fill('{n} mới', {})).toBe('{n} mới');
  });

  it('says what a person hides, how surely, and as plainly what could not be seen', () => {
    const { t } = speech('vi');
    const evidence = t('attribute.evidence', { n: 94, frames: 6 });
    expect(`${t('attribute.mask.yes')} ${evidence}`).toBe('đeo khẩu trang (chắc chắn 94 %, 6 khung hình)');
    expect(t('attribute.gloves.unknown')).toBe('không nhìn rõ tay');
  });

  it('says how long ago', () => {
    expect(speech('vi').ago(125_000)).toBe('2 phút trước');
    expect(speech('en').ago(0)).toBe('just now');
  });

  it('shows a name it has no label for', () => {
    expect(speech('vi').label('kind', 'person')).toBe('Có người');
    expect(speech('vi').label('kind', 'something_new')).toBe('something_new');
  });

  it('begins a sentence with a capital', () => {
    expect(speech('vi').say({ vi: 'đường dây bị đứt', en: 'cut' })).toBe('Đường dây bị đứt');
    expect(speech('vi').say({ vi: '', en: '' })).toBe('');
  });

  it('does not say twice what stands beside it', () => {
    expect(withoutLead('Đang canh: ban đêm', 'Đang canh')).toBe('Ban đêm');
    expect(withoutLead('Armed from 18:00 to 06:00: night', 'Armed')).toBe('From 18:00 to 06:00: night');
    expect(withoutLead('Nghỉ Tết', 'Đang canh')).toBe('Nghỉ Tết');
  });

  it('falls back to Vietnamese where the server has no English', () => {
    expect(speech('en').say({ vi: 'Có người', en: '' })).toBe('Có người');
  });
});

import { useCallback, useEffect, useReducer, useRef } from 'preact/hooks';
import { drawZones } from '../../api/settings';
import type { Drawn, Settings, WrittenCamera } from '../../api/types';
import { useHotkeys } from '../../browser';
import { usePicture } from '../../camera/picture';
import { Icon } from '../../icons';
import { useSession } from '../../session/session';
import { SaveBar } from '../SaveBar';
import { useDraft, type Known } from '../useSettings';
import { addLine, addMask, addZone, newDrawing, reduce, SQUARE, type AreaKind } from './drawing';
import { faultOfZone, isId, type Point } from './shape';
import { usePerspective } from './usePerspective';
import { ZoneCanvas } from './ZoneCanvas';
import { ZoneList } from './ZoneList';
import './zones.css';

interface Props {
  settings: Settings;
  known: Known;
  chosen: string | null;
  onChoose: (camera: string) => void;
}

const PICTURE_MS = 2_000;

/** The zones of one camera. */
export function ZonesPage({ settings, known, chosen, onChoose }: Props) {
  const { t } = useSession();
  const camera = settings.cameras.find(({ id }) => id === chosen) ?? settings.cameras[0];
  if (!camera) return <p class="soft">{t('camera.none')}</p>;
  return (
    <div class="zones-page">
      <label class="field zones-camera">
        <span>{t('zones.camera')}</span>
        <select value={camera.id} onChange={(event) => onChoose(event.currentTarget.value)}>
          {settings.cameras.map(({ id, name }) => (
            <option key={id} value={id}>
              {name ?? id}
            </option>
          ))}
        </select>
      </label>
      <ZoneEditor key={camera.id} settings={settings} known={known} camera={camera} />
    </div>
  );
}

interface EditorProps {
  settings: Settings;
  known: Known;
  camera: WrittenCamera;
}

function ZoneEditor({ settings, known, camera }: EditorProps) {
  const { t } = useSession();
  const { id } = camera;
  const of = useCallback(
    ({ cameras }: Settings): Drawn => {
      const camera = cameras.find((other) => other.id === id);
      return {
        zones: camera?.zones ?? [],
        lines: camera?.lines ?? [],
        privacy_masks: camera?.privacy_masks ?? [],
      };
    },
    [id],
  );
  const draft = useDraft(settings, known, of);
  const [drawing, dispatch] = useReducer(reduce, newDrawing(draft.value));
  const picture = usePicture(id, 1280, PICTURE_MS);
  const persons = usePerspective(id);
  const { now, sketch, sketchOf } = drawing;
  const { value, change, beginnings } = draft;

  // What is drawn is the draft; where that begins anew, so does the drawing. By that count, not by
  // comparing them: the draft is a rendering behind, and a step between would be taken for lost.
  useEffect(() => change(now), [now, change]);
  const latest = useRef({ now, value });
  latest.current = { now, value };
  useEffect(() => {
    const { now, value } = latest.current;
    // As it was saved: its steps can still be taken back.
    if (JSON.stringify(value) !== JSON.stringify(now)) dispatch({ type: 'load', drawn: value });
  }, [beginnings]);

  const add = (polygon: readonly Point[]) =>
    dispatch({ type: 'set', ...(sketchOf === 'zones' ? addZone : addMask)(now, polygon) });
  const finish = (points: readonly Point[]) =>
    points.length >= 3 ? add(points) : points.length === 0 ? add(SQUARE) : undefined;
  useHotkeys({
    z: () => dispatch({ type: 'undo' }),
    y: () => dispatch({ type: 'redo' }),
    // Otherwise it is the button's that has the focus.
    enter: sketch ? () => finish(sketch) : undefined,
    escape: () => dispatch(sketch ? { type: 'sketch', points: null } : { type: 'choose', chosen: null }),
  });
  const hindrance = [...now.zones, ...now.privacy_masks].some((area) => faultOfZone(area) !== null)
    ? t('zones.hindrance')
    : [...now.zones, ...now.lines, ...now.privacy_masks].every((other) => isId(other.id))
      ? null
      : t('zones.bad_id');
  const sketchButton = (of: AreaKind, words: string) => {
    const isDrawn = sketch !== null && sketchOf === of;
    return (
      <button
        type="button"
        class="tool"
        data-add={of}
        aria-pressed={isDrawn}
        onClick={() => dispatch({ type: 'sketch', points: isDrawn ? null : [], of })}
      >
        {words}
      </button>
    );
  };
  return (
    <div class="zones-editor">
      <div class="zones-stage">
        <div class="zones-tools" role="toolbar" aria-label={t('zones.tools')}>
          {sketchButton('zones', t('zones.add'))}
          {sketch && (
            <button
              type="button"
              class="tool go"
              disabled={sketch.length === 1 || sketch.length === 2}
              onClick={() => finish(sketch)}
            >
              {t(sketch.length === 0 ? 'zones.square' : 'zones.finish')}
            </button>
          )}
          <button type="button" class="tool" onClick={() => dispatch({ type: 'set', ...addLine(now) })}>
            {t('zones.add_line')}
          </button>
          {sketchButton('privacy_masks', t('masks.add'))}
          <span class="gap" />
          <button
            type="button"
            class="tool"
            title={t('zones.undo')}
            aria-label={t('zones.undo')}
            disabled={drawing.past.length === 0 && !sketch}
            onClick={() => dispatch({ type: 'undo' })}
          >
            <Icon name="undo" />
          </button>
          <button
            type="button"
            class="tool mirrored"
            title={t('zones.redo')}
            aria-label={t('zones.redo')}
            disabled={drawing.future.length === 0}
            onClick={() => dispatch({ type: 'redo' })}
          >
            <Icon name="undo" />
          </button>
        </div>
        <ZoneCanvas
          drawing={drawing}
          dispatch={dispatch}
          onFinish={finish}
          picture={picture?.url ?? null}
          name={camera.name ?? id}
          persons={persons ?? []}
        />
        <p class="zones-hint">{t(sketch ? 'zones.hint.sketch' : 'zones.hint')}</p>
        {persons && (
          <p class="zones-hint">{t(persons.length > 0 ? 'zones.persons' : 'zones.persons.none')}</p>
        )}
      </div>
      <aside class="zones-side">
        <ZoneList
          drawing={drawing}
          dispatch={dispatch}
          refusal={draft.refusal}
          usual={settings.usual_rules}
        />
        <SaveBar
          draft={draft}
          hindrance={hindrance}
          onSave={() => void draft.save((version) => drawZones(version, id, now))}
        />
      </aside>
    </div>
  );
}

import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { recordTitle, titleField } from '../api/model';
import type { Field, ModelObject, RecordData, Titles } from '../api/types';
import { useTranslation } from '../app/i18n';
import { isUntold } from '../field/empty';
import { Value } from '../field/Value';
import { Avatar } from '../parts/Avatar';
import { usePlace } from './usePlace';

const factsPerCard = 4;

export function Cards({
  object,
  columns,
  rows,
  titles,
  pending,
  onEnd,
}: {
  object: ModelObject;
  columns: Field[];
  rows: RecordData[];
  titles: Titles;
  pending: boolean;
  onEnd: () => void;
}) {
  const { t } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  usePlace(end, rows.length > 0);
  useEffect(() => {
    const node = end.current;
    if (!node) return;
    const watch = new IntersectionObserver(
      (seen) => seen.some((s) => s.isIntersecting) && onEnd(),
      {
        rootMargin: '600px',
      },
    );
    watch.observe(node);
    return () => watch.disconnect();
  }, [onEnd]);

  const title = titleField(object);
  if (pending)
    return (
      <ul className="cards" aria-hidden="true">
        {Array.from({ length: 8 }, (_, i) => (
          <li key={i} className="card card-waiting" />
        ))}
      </ul>
    );
  return (
    <>
      <ul className="cards">
        {rows.map((r) => {
          const name = recordTitle(object, r, titles) || t('record.noName');
          const facts = columns.filter((f) => f.name !== title && !isUntold(r[f.name]));
          return (
            <li key={r.id}>
              <Link className="card" to={`/${object.plural}/${r.id}`}>
                {object.root === 'self' && <Avatar id={r.id} name={name} size={36} />}
                <span className="card-body">
                  <span className="card-title">{name}</span>
                  <span className="card-facts">
                    {facts.slice(0, factsPerCard).map((f) => (
                      <span key={f.name} className="card-fact">
                        <span className="hidden-label">{f.label}: </span>
                        <Value field={f} value={r[f.name]} titles={titles} compact />
                      </span>
                    ))}
                  </span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      <div ref={end} />
    </>
  );
}

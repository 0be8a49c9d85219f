/** A hue that belongs to an id for ever. */
export function hueOf(id: string): number {
  let h = 7;
  for (const c of id) h = (h * 31 + (c.codePointAt(0) ?? 0)) % 3600;
  return (h * 137) % 360;
}

/** How companies end: what sort of company it is, which sets none apart. */
const kindOfCompany =
  /(股份有限公司|有限责任公司|有限公司|股份公司|集团公司|公司|集团|商行|股份|工厂|厂|店|會社|企業|企业)+$/u;
const trades =
  /(进出口|国际贸易|对外贸易|貿易|贸易|商贸|国际|實業|实业|科技|技术|信息|网络|电子商务|电子|控股|投资|供应链|物流)+$/u;
const places =
  /^((北京|上海|天津|重庆|香港|澳门|台湾|广东|浙江|江苏|福建|山东|四川|湖北|湖南|河北|河南|安徽|江西|广州|深圳|杭州|宁波|温州|义乌|金华|苏州|无锡|南京|常州|厦门|福州|泉州|青岛|济南|成都|武汉|长沙|东莞|佛山|中山|珠海|惠州|西安|郑州|合肥|大连|沈阳|台北)[省市县区]?|\p{Script=Han}{2,3}[省市县])+/u;

/** What sets this company's name apart: without the place before it and the kind behind it. */
function core(name: string): string {
  let rest = name.replace(kindOfCompany, '');
  if (rest === name) return '';
  rest = rest.replace(trades, '') || rest;
  return rest.replace(places, '') || rest;
}

/**
 * The last character of a Chinese person's name, the first of what sets a company apart, the first
 * letter of another name.
 */
export function initialOf(name: string): string {
  const plain = name.replace(/[（(].*?[）)]/gu, '').trim();
  const company = core(plain);
  if (company) return [...company][0] ?? '?';
  const letters = [...plain];
  const last = letters.at(-1) ?? '';
  return /\p{Script=Han}/u.test(last) ? last : (letters[0] ?? '?').toUpperCase();
}

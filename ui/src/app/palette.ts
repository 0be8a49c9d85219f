/** The colours, once: the style sheet (as custom properties) and Ant Design's tokens come from here. */
export interface Scheme {
  canvas: string;
  surface: string;
  hover: string;
  selected: string;
  border: string;
  borderStrong: string;
  text: string;
  text2: string;
  text3: string;
  accent: string;
  accentSolid: string;
  accentHover: string;
  accentWeak: string;
  good: string;
  goodWeak: string;
  warn: string;
  warnWeak: string;
  bad: string;
  badWeak: string;
  info: string;
  infoWeak: string;
}

export const light: Scheme = {
  canvas: '#f6f7f7',
  surface: '#ffffff',
  hover: '#f1f3f3',
  selected: '#e8f2f0',
  border: '#e3e6e6',
  borderStrong: '#cbd0d0',
  text: '#1b1f1f',
  text2: '#505857',
  text3: '#646d6b',
  accent: '#0f6b63',
  accentSolid: '#0f6b63',
  accentHover: '#0b5650',
  accentWeak: '#e3f0ee',
  good: '#1d6b3a',
  goodWeak: '#e4f2e8',
  warn: '#7d5200',
  warnWeak: '#fbf0d9',
  bad: '#a92a21',
  badWeak: '#fbe9e7',
  info: '#2c5687',
  infoWeak: '#e6eef7',
};

export const dark: Scheme = {
  canvas: '#121515',
  surface: '#191d1d',
  hover: '#222727',
  selected: '#1a302d',
  border: '#2b3131',
  borderStrong: '#414949',
  text: '#e4e8e7',
  text2: '#b0b8b6',
  text3: '#939c9a',
  accent: '#5fc3b5',
  accentSolid: '#127a70',
  accentHover: '#159085',
  accentWeak: '#173530',
  good: '#74c48d',
  goodWeak: '#183222',
  warn: '#dbab52',
  warnWeak: '#352a14',
  bad: '#f0938a',
  badWeak: '#3b1f1c',
  info: '#8db8e8',
  infoWeak: '#1c2c3f',
};

export const font =
  'system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/** The class that Ant Design puts on its elements to reach its variables. */
export const antdClass = 'rm';

export function antdToken(s: Scheme) {
  return {
    fontFamily: font,
    fontSize: 14,
    borderRadius: 6,
    controlHeight: 32,
    wireframe: false,
    motion: false,
    colorPrimary: s.accentSolid,
    colorPrimaryHover: s.accentHover,
    colorPrimaryActive: s.accentHover,
    colorInfo: s.accentSolid,
    colorLink: s.accent,
    colorLinkHover: s.accent,
    colorText: s.text,
    colorTextSecondary: s.text2,
    colorTextTertiary: s.text3,
    colorTextPlaceholder: s.text3,
    colorTextDescription: s.text3,
    colorTextDisabled: s.text3,
    colorBgContainer: s.surface,
    colorBgElevated: s.surface,
    colorBgLayout: s.canvas,
    colorBgSpotlight: '#2b3131',
    colorBorder: s.borderStrong,
    colorBorderSecondary: s.border,
    colorSplit: s.border,
    colorError: s.bad,
    colorErrorText: s.bad,
    colorWarning: s.warn,
    colorSuccess: s.good,
    controlItemBgHover: s.hover,
    controlItemBgActive: s.selected,
    controlItemBgActiveHover: s.selected,
    controlOutline: s.accentWeak,
    boxShadow: `0 0 0 1px ${s.border}, 0 6px 20px rgba(0,0,0,.10)`,
    boxShadowSecondary: `0 0 0 1px ${s.border}, 0 6px 20px rgba(0,0,0,.12)`,
  };
}

export const antdComponents = {
  Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
  Input: { activeShadow: 'none' },
  InputNumber: { activeShadow: 'none' },
  Select: { optionSelectedFontWeight: 500 },
  DatePicker: { activeShadow: 'none' },
};

import { expect, test } from 'vitest';
import { initialOf } from './initial';

test('people by the last character, companies by what sets them apart', () => {
  expect(initialOf('王小明')).toBe('明');
  expect(initialOf('欧阳修（备用）')).toBe('修');
  expect(initialOf('anna')).toBe('A');
  expect(initialOf('杭州远山贸易有限公司')).toBe('远');
  expect(initialOf('上海市新禾科技股份有限公司')).toBe('新');
  expect(initialOf('浙江义乌小象进出口有限公司')).toBe('小');
  expect(initialOf('贸易有限公司')).toBe('贸');
  expect(initialOf('')).toBe('?');
});

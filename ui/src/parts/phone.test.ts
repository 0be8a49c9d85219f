import { describe, expect, it } from 'vitest';
import { sayPhone } from './phone';

describe('phones', () => {
  it('of China are said as they are dialled, masked ones in one piece', () => {
    expect(sayPhone('+8613812345678')).toBe('138 1234 5678');
    expect(sayPhone('+86138****5678')).toBe('138****5678');
    expect(sayPhone('+8675787765432')).toBe('0757 8776 5432');
    expect(sayPhone('+8657188805690')).toBe('0571 8880 5690');
    expect(sayPhone('+861088805690')).toBe('010 8880 5690');
    expect(sayPhone('12345')).toBe('12345');
    expect(sayPhone('+864008001234')).toBe('4008001234');
  });

  it('of other countries as they are written there', () => {
    expect(sayPhone('+60123684228')).toBe('+60 12 368 4228');
    expect(sayPhone('+85291234567')).toBe('+852 9123 4567');
    expect(sayPhone('+14155550100')).toBe('+1 415 555 0100');
    expect(sayPhone('+447911123456')).toBe('+44 7911 123 456');
    expect(sayPhone('+442079460958')).toBe('+44 20 7946 0958');
    expect(sayPhone('+33678806731')).toBe('+33 6 78 80 67 31');
    expect(sayPhone('+4915123456789')).toBe('+49 151 2345 6789');
    expect(sayPhone('+819012345678')).toBe('+81 90 1234 5678');
    expect(sayPhone('+821036376945')).toBe('+82 10 3637 6945');
    expect(sayPhone('+886912345678')).toBe('+886 912 345 678');
    expect(sayPhone('+79161234567')).toBe('+7 916 123 45 67');
    expect(sayPhone('+919876543210')).toBe('+91 98765 43210');
    expect(sayPhone('+971501234567')).toBe('+971 50 123 4567');
  });

  it('of the country that is home are said without it', () => {
    expect(sayPhone('+886912345678', 'TW')).toBe('0912 345 678');
    expect(sayPhone('+886227123456', 'TW')).toBe('02 2712 3456');
    expect(sayPhone('+85291234567', 'HK')).toBe('9123 4567');
    expect(sayPhone('+8613812345678', 'TW')).toBe('+86 138 1234 5678');
    expect(sayPhone('+85291234567', 'TW')).toBe('+852 9123 4567');
    expect(sayPhone('+4915123456789', 'DE')).toBe('+49 151 2345 6789');
  });

  it('that are masked stay masked', () => {
    expect(sayPhone('+1415****100')).toBe('+1415****100');
  });
});

import { vi } from 'vitest';
import { describeWithoutRelaxedSimd, withoutRelaxedSimd } from './no-relaxed-simd';

vi.spyOn(WebAssembly, 'validate').mockImplementation(withoutRelaxedSimd);

describeWithoutRelaxedSimd(2);

/** Where the firms of a chain stand: the districts are real. */
import type { Names } from '#simulators/script.ts'

export interface District {
  readonly names: Names
  readonly city: Names
  readonly latitude: number
  readonly longitude: number
}

export const shenzhen = { zh: '深圳市', en: 'Shenzhen' }
function district(zh: string, en: string, latitude: number, longitude: number): District {
  return { names: { zh, en }, city: shenzhen, latitude, longitude }
}

export const districts: readonly District[] = [
  district('光明区', 'Guangming', 22.75, 113.93),
  district('龙华区', 'Longhua', 22.7, 114.04),
  district('坪山区', 'Pingshan', 22.65, 114.34),
  district('福田区', 'Futian', 22.53, 114.05),
  district('南山区', 'Nanshan', 22.53, 113.93),
  district('罗湖区', 'Luohu', 22.55, 114.13),
  district('宝安区', 'Baoan', 22.56, 113.88),
  district('龙岗区', 'Longgang', 22.72, 114.25),
]
/** Near enough to be tempting, and another market. */
export const nextCity: District = {
  names: { zh: '惠阳区', en: 'Huiyang' },
  city: { zh: '惠州市', en: 'Huizhou' },
  latitude: 22.79,
  longitude: 114.46,
}
/** Nobody gets there within the hour. */
export const farAway: District = {
  names: { zh: '南岗区', en: 'Nangang' },
  city: { zh: '哈尔滨市', en: 'Harbin' },
  latitude: 45.76,
  longitude: 126.65,
}

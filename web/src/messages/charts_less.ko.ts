// SPDX-License-Identifier: Apache-2.0
/* The words of the charts of settings, hours and places, in Korean. A part of charts.ko.ts. */
import type { Method, Verdict } from "../report";
import type { chartsLessEn, SettingPhrase } from "./charts_less.en";

const VERDICTS: Record<Verdict, string> = {
  lower: "더 적음",
  higher: "더 많음",
  equivalent: "3 % 이내로 같음",
  unresolved: "가릴 수 없음",
};

const METHODS: Record<Method, string> = {
  measured: "실측",
  estimated: "추정",
  mixed: "일부 실측",
  unavailable: "알 수 없음",
};

const setting = ({ threads, batch, delegate, precision }: Pick<SettingPhrase, "threads" | "batch" | "delegate" | "precision">) =>
  [`스레드 ${threads}개`, `배치 ${batch}`, delegate, precision].filter(Boolean).join(", ");

const phrase = (p: SettingPhrase) =>
  `${setting(p)}: 한 장의 에너지가 기본 설정의 ${p.share}(${p.range ? `${p.range[0]}~${p.range[1]}: ` : ""}${
    p.likely && p.verdict !== "unresolved" ? "아마도 " : ""
  }${VERDICTS[p.verdict]}, ${METHODS[p.method]}), 대답까지 ${p.usualTime} 대신 ${p.time}, 초당 ${p.usualRate}장 대신 ${p.rate}장${
    p.accuracy === null ? "" : p.accuracy[0] === p.accuracy[1] ? `, 정확도는 같은 ${p.accuracy[0]}` : `, 정확도 ${p.accuracy[1]} 대신 ${p.accuracy[0]}`
  }`;

export const chartsLessKo: typeof chartsLessEn = {
  sweepTitle: "설정별 처리량과 한 장의 에너지",
  sweepAxisX: "초당 장 수, 로그 눈금 →",
  sweepAxisY: (unit) => `↑ 한 장당 ${unit}, 로그 눈금`,
  sweepNone: "기본 설정의 에너지를 알 수 없어 비교할 수 없습니다.",
  sweepRunning: "설정을 아직 측정하고 있습니다.",
  sweepTake: (p) => `권하는 설정: ${phrase(p)}.`,
  sweepKeep: (p) => `기본 설정(${setting(p)})을 그대로 쓰세요. 에너지가 더 적은 설정을 찾지 못했습니다.`,
  sweepOpen: (p, open) =>
    `기본 설정(${setting(p)})을 그대로 쓰세요. 에너지가 확실히 더 적은 설정은 없으며, 더 오래 측정하면 가릴 수도 있습니다. 가장 적은 에너지: ${phrase(open)}.`,
  sweepKnee: (p) => `최전선이 꺾이는 점: ${phrase(p)}.`,
  sweepKneeDefault: "최전선이 꺾이는 점은 기본 설정입니다.",
  sweepNoKnee: "최전선에 꺾이는 점이 없습니다. 어디서도 에너지로 3 % 이상 굽지 않습니다.",
  sweepNote:
    "모든 값은 사진 한 장의 것이고, 지연 시간만 배치 전체의 것입니다(배치의 대답은 함께 나옵니다). 수염: 이 측정의 라운드만으로 본 95 % 구간. 최전선은 평균값으로 정합니다.",
  sweepFront: "채운 점과 선: 두 가지 모두에서 더 나은 설정이 없는 최전선",
  sweepBeaten: "빈 점: 두 가지 모두에서 더 나은 설정이 있음",
  sweepDefaultSign: "네모: 기본 설정",
  sweepKneeSign: "마름모: 최전선이 꺾이는 점",
  sweepBestSign: "별: 권하는 설정",
  sweepRole: { default: "기본", knee: "꺾이는 점", best: "권장" },
  sweepOnFront: "최전선",
  sweepOffFront: "두 가지 모두에서 뒤짐",
  sweepEnergy: (joules, method) => `한 장당 ${joules}, ${METHODS[method]}`,
  sweepRate: (rate) => `초당 ${rate}장`,
  sweepBatchTime: (time) => `배치 전체에 ${time}(중앙값)`,
  sweepOfDefault: (share, verdict) => `기본 설정 에너지의 ${share}: ${verdict}`,
  columnThreads: "스레드",
  columnBatch: "배치",
  columnDelegate: "델리게이트",
  columnPrecision: "정밀도",
  columnItemJ: "한 장당 J",
  columnItemsPerS: "초당 장 수",
  columnBatchMedian: "배치 지연 시간의 중앙값, s",
  columnFront: "최전선 여부",
  columnRole: "구분",
  columnOfDefault: "기본 설정 대비",

  hoursTitle: (zone) => `앞으로의 시간: ${zone}`,
  hoursAxis: "↑ kWh당 g CO₂e",
  hoursAxisX: "현지 시각 →",
  hoursSummary: (when, grams, mean) => `가장 적은 때: ${when}, kWh당 ${grams} g CO₂e. 이 시간들의 평균은 ${mean}입니다.`,
  hoursFlat: (mean) => `이 시간들의 평균(kWh당 ${mean} g CO₂e)보다 적은 때가 없습니다.`,
  hoursSource: (source) => `출처: ${source} 예보.`,
  hoursLeast: "최소",
  hoursLeastSign: "세모: 가장 적은 때",
  hoursMeanSign: "점선: 이 시간들의 평균",
  hoursChosenSign: "테두리: 보고서를 계산한 때",
  hoursOfMean: (share) => `평균일 때 탄소의 ${share}`,
  hoursEstimated: "제공자가 밝힌 모형값",
  columnHour: "시작",
  columnOfMean: "평균 대비 탄소",

  searchPlaces: "제공자, 리전, 장소, 나라로 찾기",
  placesFound: (n, all) => `${all}곳 중 ${n}곳 표시`,
  placesNone: "그 말이 모두 들어 있는 곳이 없습니다.",
  columnCountry: "나라",
  orderBy: "순서",
  orderRising: (title) => `${title} 오름차순`,
  orderFalling: (title) => `${title} 내림차순`,
};

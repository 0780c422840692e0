// SPDX-License-Identifier: Apache-2.0
/* The texts of the charts in Korean. */
import type { Method, OffAxis, PartName, Position, StageName, Verdict } from "../report";
import type { ChartMessages } from "./charts.en";

const VERDICTS: Record<Verdict, string> = {
  lower: "더 적음",
  higher: "더 많음",
  equivalent: "3 % 이내로 같음",
  unresolved: "이 측정으로는 가릴 수 없음",
};

const PARTS: Record<PartName, string> = { cpu: "CPU", memory: "메모리", gpu: "GPU", machine: "기기의 나머지" };

const METHODS: Record<Method, string> = { measured: "실측", estimated: "추정", mixed: "일부 실측", unavailable: "알 수 없음" };

const POSITIONS: Record<Position, string> = { front: "최전선", dominated: "지배됨", unresolved: "미정" };

const OFF_AXIS: Record<OffAxis, string> = {
  "another-dataset": "정확도가 다른 데이터 세트의 것임",
  "no-accuracy": "정확도를 알 수 없음",
  "no-carbon": "탄소 배출량을 알 수 없음",
  failed: "실패함",
};

const STAGES: Record<StageName | "inference" | "load", string> = {
  decode: "사진 디코딩",
  preprocess: "입력 만들기",
  inference: "추론",
  postprocess: "답 읽기",
  load: "모델 불러오기",
};

const list = (words: string[]) => words.join(", ");

export const chartsKo: ChartMessages = {
  table: "표",
  tableOf: (title) => `${title}: 표`,
  saveAs: (title) => `"${title}" 저장 형식`,
  range: (low, high) => `${low}~${high}`,
  list,
  model: "모델",
  method: "방법",
  methodOf: (method) => METHODS[method],
  part: (part) => PARTS[part],
  marks: (title) => `${title}. 화살표 키로 표시 사이를 이동합니다.`,
  scale: "눈금",
  linear: "선형",
  log: "로그",
  provisional: "잠정",
  failed: (name, why) => `${name} 실패: ${why}`,
  unknownCarbon: (name, why) => `${name}의 탄소 수치가 없습니다: ${why}`,
  verdict: (verdict, likely) => (likely && verdict !== "unresolved" ? `아마도 ${VERDICTS[verdict]}` : VERDICTS[verdict]),
  place: (zone, year) => (year === null ? zone : `${zone}, ${year}년`),

  carbonTitle: "선택한 모델의 추론당 탄소 배출량",
  carbonAxis: (unit) => `추론 백만 회당 ${unit} CO₂e →`,
  carbonAxisLog: (unit) => `추론 백만 회당 ${unit} CO₂e, 로그 눈금 →`,
  carbonOne: (name, value, place) => `${name}: 추론 백만 회당 ${value} CO₂e (${place}).`,
  carbonLeast: (name, value, share, most, verdict, place) =>
    `가장 적게 배출하는 모델은 ${name}: 추론 백만 회당 ${value} CO₂e (${place}). ${most} 배출량의 ${share}입니다 (에너지: ${verdict}).`,
  carbonNotRanked: (methods) => `${list(methods)} 모델은 따로 두며 서로 순위를 매기지 않습니다.`,
  carbonNone: "탄소 수치가 있는 모델이 없습니다.",
  groupOf: (method, measured, estimated) => {
    const words = (parts: PartName[]) => list(parts.map((part) => PARTS[part]));
    if (method === "measured") return `실측: ${words(measured)}. 전원 장치와 팬은 포함되지 않음`;
    if (method === "mixed") return `일부 실측(빗금): ${words(measured)} 실측, ${words(estimated)} 추정. 전원 장치와 팬은 포함되지 않음`;
    return "추정(빗금): CPU 시간과 공개된 전력값에서 계산, 계측기를 읽지 않음";
  },
  systematic: (low, high) => `눈금 전체가 같은 방향으로 ${low}~${high}만큼 어긋날 수 있음`,
  whisker: "수염: 이 측정의 회차만으로 본 95 % 구간.",
  fewRounds: "회차가 너무 적어 수염을 믿기 어렵습니다.",
  running: "아직 측정 중입니다: 옅은 점선 막대는 잠정값입니다.",
  carbonMark: (name, value, method) => `${name}: 추론 백만 회당 ${value} CO₂e, ${method}`,
  byRounds: (low, high) => `회차 기준 ${low}~${high} (95 %)`,
  byAll: (low, high) => `방법의 오차까지 합치면 ${low}~${high}`,
  shareOf: (share, name) => `${name} 배출량의 ${share}`,
  roundsOf: (rounds, enough) => `${rounds}회차${enough ? "" : ", 믿기에 너무 적음"}`,
  columnValue: "추론 백만 회당 g",
  columnLow: "하한, 회차",
  columnHigh: "상한, 회차",
  columnSystematicLow: "하한, 계통",
  columnSystematicHigh: "상한, 계통",
  columnRounds: "회차",
  columnState: "상태",
  stateFinal: "확정",
  chosenMark: "선택됨",

  paretoTitle: (set) => `${set} 정확도와 탄소 배출량`,
  paretoAxisX: (unit) => `추론 백만 회당 ${unit} CO₂e, 로그 눈금 →`,
  paretoAxisY: "↑ 첫 답이 맞은 비율",
  paretoSentence: (p) =>
    `${p.name}: 정확도는 ${p.best}보다 ${p.lost}점 (${p.lostLow}~${p.lostHigh}${p.told ? "" : ", 구별되지 않음"}) 낮고, 배출량은 그 ${p.share}입니다 (${p.shareLow}~${p.shareHigh} %: ${p.verdict}${p.method ? `, ${METHODS[p.method]}` : ""}).`,
  paretoOnly: (name, accuracy) => `이 축에는 ${name} 하나뿐입니다: ${accuracy} 정답.`,
  paretoNoChoice: (best) => `가장 정확한 ${best}보다 적게 배출하면서 두 면에서 모두 뒤지지 않는 모델이 없습니다.`,
  position: (position) => POSITIONS[position],
  legendFront: "채운 점: 최전선",
  legendOpen: "고리: 구간만으로는 미정",
  legendDominated: "빈 점: 지배됨",
  legendSteps: "계단: 최전선",
  legendValueSteps: "점선 계단: 모든 값이 정확하다고 볼 때의 최전선",
  notOnAxis: (items) => `이 축에 없음: ${items.map(([name, why]) => `${name} (${OFF_AXIS[why]})`).join("; ")}.`,
  offAxis: (reason) => OFF_AXIS[reason],
  accuracyMark: (accuracy, low, high) => `${accuracy} 정답 (${low}~${high} %)`,
  carbonPerMillion: (value, method) => `추론 백만 회당 ${value} CO₂e, ${method}`,
  shareOfMostAccurate: (share, low, high) => `가장 정확한 모델 배출량의 ${share} (${low}~${high} %)`,
  dominatedBy: (names) => `두 면 모두에서 앞서는 모델: ${list(names)}`,
  columnAccuracy: "첫 답 정답률",
  columnAccuracyLow: "하한, 95 %",
  columnAccuracyHigh: "상한, 95 %",
  columnPosition: "위치",
  columnAgainst: "가장 정확한 모델 대비 탄소",
  columnVerdict: "에너지",

  stage: (stage) => STAGES[stage],
};

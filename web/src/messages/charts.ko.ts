// SPDX-License-Identifier: Apache-2.0
/* The texts of the charts in Korean. */
import { methodsKo } from "./charts_methods.ko";
import type { Method, OffAxis, PartName, Position, StageName, Verdict } from "../report";
import { chartsDayKo } from "./charts_day.ko";
import { chartsLessKo } from "./charts_less.ko";
import type { ChartMessages } from "./charts.en";

const VERDICTS: Record<Verdict, string> = {
  lower: "더 적음",
  higher: "더 많음",
  equivalent: "3 % 이내로 같음",
  unresolved: "이 측정으로는 가릴 수 없음",
};

const PARTS: Record<PartName, string> = { cpu: "CPU", memory: "메모리", gpu: "GPU", machine: "기기의 나머지" };

const METHODS: Record<Method, string> = {
  measured: "실측",
  estimated: "추정",
  mixed: "일부 실측",
  unavailable: "알 수 없음",
};

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
  ...methodsKo,
  ...chartsLessKo,
  ...chartsDayKo,

  table: "표",
  tableOf: (title) => `${title}: 표`,
  saveAs: (title) => `"${title}" 저장 형식`,
  range: (low, high) => `${low}~${high}`,
  model: "모델",
  method: "방법",
  methodOf: (method) => METHODS[method],
  part: (part) => PARTS[part],
  marks: (title) => `${title}. 화살표 키로 표시 사이를 이동합니다.`,
  scale: "눈금",
  linear: "선형",
  log: "로그",
  provisional: "잠정",
  energyIs: (methods) =>
    methods.length === 0 ? "" : `에너지와 탄소 수치: ${list(methods.map((method) => METHODS[method]))}.`,
  failed: (name, why) => `${name} 실패: ${why}`,
  unknownCarbon: (name, why) => `${name}의 탄소 수치가 없습니다: ${why}`,
  verdict: (verdict, likely) =>
    likely && verdict !== "unresolved" ? `아마도 ${VERDICTS[verdict]}` : VERDICTS[verdict],
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
    if (method === "mixed")
      return `일부 실측(빗금): ${words(measured)} 실측, ${words(estimated)} 추정. 전원 장치와 팬은 포함되지 않음`;
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

  paretoTitle: (set) => `${set} 정확도와 탄소 배출량`,
  paretoAxisX: (unit) => `추론 백만 회당 ${unit} CO₂e, 로그 눈금 →`,
  paretoAxisY: "↑ 첫 답이 맞은 비율",
  paretoSentence: (p) =>
    `${p.name}: 정확도는 ${p.best}보다 ${p.lost}점 (${p.lostLow}~${p.lostHigh}${p.told ? "" : ", 구별되지 않음"}) 낮고, 배출량은 그 ${p.share}입니다 (${p.shareLow}~${p.shareHigh} %: ${p.verdict}${p.method ? `, ${METHODS[p.method]}` : ""}).`,
  paretoOnly: (name, accuracy) => `이 축에는 ${name} 하나뿐입니다: ${accuracy} 정답.`,
  paretoNoChoice: (best) => `가장 정확한 ${best}보다 적게 배출하면서 두 면에서 모두 뒤지지 않는 모델이 없습니다.`,
  position: (position) => POSITIONS[position],
  paretoWhiskers: "수염: 95 % 구간. 탄소는 이 측정의 회차, 정확도는 사진 수 기준.",
  paretoSystematic: (low, high) => `그 밖에 모든 점의 탄소가 같은 방향으로 ${low}~${high}만큼 어긋날 수 있습니다.`,
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

  latencyTitle: "준비된 상태에서 추론 한 번의 시간",
  latencyAxis: (unit) => `추론당 ${unit}, 로그 눈금. 숫자는 중앙값 →`,
  latencyNone: "시간을 잰 모델이 없습니다.",
  latencyOne: (name, time) => `${name}: ${time} (중앙값).`,
  latencyRange: (fast, time, slow, slowTime) => `${time} (${fast})부터 ${slowTime} (${slow})까지, 중앙값.`,
  latencyNoP99: "99번째 백분위수가 없는 모델은 표본이 1,000개보다 적었습니다.",
  percentile: (key) => ({ p50: "중앙값", p90: "90번째 백분위수", p99: "99번째 백분위수" })[key],
  samples: (n) => `표본 ${n}개`,
  middleHalf: "띠: 표본의 가운데 절반",
  middleMost: "얇은 띠: 5~95 %",
  seconds: (what) => `${what}, s`,
  joulesOf: (what) => `${what}, J`,
  gramsOf: (what) => `${what}, g CO₂e`,
  columnSamples: "표본",

  show: "보기",
  joules: "줄",
  shares: "비율",
  time: "시간",
  carbon: "탄소",
  partsTitle: "기기 부분별 추론 한 번의 에너지",
  partShare: (part, low, high) => (low === high ? `${part} ${low}` : `${part} ${low}~${high}`),
  partsSummary: (shares) => `모든 모델에서 추론 에너지의 비율: ${shares.join(", ")}.`,
  partsNote: "빗금은 추정, 채움은 실측입니다. 전원 장치, 팬, 디스크는 포함되지 않습니다.",
  partLegend: (part, method, hatched) => `${part}, ${method}${hatched ? "(빗금)" : ""}`,
  partOf: (part, joules, share, method, bounds) =>
    `${part}: ${joules}${bounds === null ? "" : ` (${bounds})`}, ${share}, ${method}`,
  totalOf: (joules, method) => `모두 ${joules}, ${method}`,
  energyNone: "에너지 수치가 있는 모델이 없습니다.",
  energyAxis: (unit) => `추론당 ${unit} →`,
  energyAxisLog: (unit) => `${unit}, 로그 눈금 →`,
  shareAxis: "추론 에너지의 % →",
  columnPart: "부분",
  columnJoules: "J",
  columnShare: "비율",
  stagesTitle: "추론 앞뒤 단계의 에너지",
  stagesSummary: (name, share, stage, joules) =>
    `사진에서 답까지 ${name} 요청 한 건의 에너지 가운데 추론은 ${share}입니다. 가장 큰 단계: ${stage}, ${joules}.`,
  stagesUnknown: (name) => `${name}의 일부 단계는 에너지를 알 수 없습니다.`,
  otherModels: "다른 모델",
  columnStage: "단계",
  columnSeconds: "s",

  coldTitle: "첫 사용과 준비된 사용",
  cold: "첫 사용",
  warm: "준비된 추론",
  firstInference: "첫 추론",
  coldSummary: (name, cold, share, warm, asMany) =>
    `${name}의 첫 사용은 ${cold}이며 그중 ${share}는 모델을 불러오는 시간입니다. 그 뒤로는 한 번에 ${warm}.${asMany === null ? "" : ` 첫 사용의 배출량은 준비된 추론 ${asMany}회와 같습니다.`}`,
  coldNote: "첫 사용: 불러오기 한 번과 첫 추론 한 번이므로 회차로 흩어짐을 알 수 없습니다. 대표값은 준비된 사용입니다.",
  coldNone: "첫 사용을 재지 않았습니다.",
  coldAxis: (unit, carbon) => `${unit}${carbon ? " CO₂e" : ""}, 로그 눈금 →`,
  coldAsWarm: (n) => `첫 사용은 준비된 추론 ${n}회와 같음`,

  ratiosTitle: (against) => `${against} 대비 에너지와 탄소`,
  ratiosNoReference: "모델끼리 비교",
  ratiosNone: "비교할 모델 쌍이 없습니다.",
  ratioOne: (name, words) => `${name}: ${words}.`,
  ratioWords: (share, against, verdict) => `${against} 탄소 배출량의 ${share}. 에너지: ${verdict}`,
  ratiosSummary: (against, lower, equivalent, higher, open) =>
    `${against} 대비 에너지: ${list(
      (
        [
          [lower, "더 적음"],
          [equivalent, "3 % 이내로 같음"],
          [higher, "더 많음"],
          [open, "이 측정으로는 가릴 수 없음"],
        ] as const
      )
        .filter(([n]) => n > 0)
        .map(([n, words]) => `${words} ${n}개`),
    )}.`,
  ratiosNote: "같은 묶음의 회차끼리 비교하므로 계측기의 오차는 상쇄됩니다. 판정은 쌍의 수에 맞춰 보정했습니다.",
  ratiosLikely:
    "추정 에너지입니다: CPU를 같은 시간 쓰는 두 모델도 전력이 다를 수 있으므로 판정은 '아마도'까지입니다. 판정은 쌍의 수에 맞춰 보정했습니다.",
  unlike: "알아낸 방법이 달라 순위를 매기지 않음",
  energyShare: (share, against) => `${against} 에너지의 ${share}`,
  byFavour: (low, high) => `추정이 한쪽에 유리할 수 있는 만큼 넓히면 ${low}~${high}`,
  legendStatistical: "회차 기준 95 %",
  legendFavour: "추정이 한쪽에 유리할 수 있는 만큼",
  legendEquivalent: "같음: 3 % 이내",
  ratioAxis: (against) => `${against} 에너지의 %, 로그 눈금 →`,
  columnOver: "기준",
  columnEnergyRatio: "에너지 비율",
  columnCarbonRatio: "탄소 비율",
  columnFavourLow: "하한, 추정 포함",
  columnFavourHigh: "상한, 추정 포함",

  rateTitle: "요청 빈도에 따른 요청 한 건의 에너지",
  rateAxis: "하루 요청 수, 로그 눈금 →",
  rateAxisY: (unit) => `↑ 요청당 ${unit}, 로그 눈금`,
  rateNone: "하루 요청 수를 알려 주면 대기 비용을 볼 수 있습니다.",
  rateUnknown: (why) => `대기 전력을 알 수 없습니다: ${why}`,
  rateSummary: (name, requests, joules, grams, idle) =>
    `하루 ${requests}건일 때 ${name} 요청 한 건은 ${joules}, ${grams} CO₂e${idle === null ? "" : `이며 에너지의 ${idle}는 대기`}입니다.`,
  rateNote: (watts) =>
    `작업자 하나는 기다리는 동안 ${watts}를 씁니다(기기 대기 전력 가운데 제 몫). 선은 작업자 하나가 쉬지 않는 곳에서 끝납니다.`,
  yourRate: (requests) => `하루 ${requests}건`,
  legendYourRate: (name) => `내 요청 빈도, ${name}`,
  atRate: (requests, joules, grams) => `하루 ${requests}건: 요청당 ${joules}, ${grams} CO₂e`,
  mostRequests: (requests) => `작업자 하나로 하루 최대 ${requests}건`,
  request: "요청",
  columnRequests: "하루 요청 수",
  columnIdle: "대기 비율",
  columnWorkers: "작업자",
  columnBoundLow: "하한",
  columnBoundHigh: "상한",

  totalsTitle: (requests) => `하루 ${requests}건일 때의 합계`,
  totalsTitleNone: "내 요청 수에서의 합계",
  totalsSummary: (name, grams) => `가장 적음: ${name}, 대기를 포함해 한 해 ${grams} CO₂e.`,
  totalsNote: "환산은 내 요청 수에서의 한 해 합계입니다: 평균 승용차와 이 지역의 10 W 전등.",
  perDay: "하루",
  perYear: "한 해",
  equivalents: "한 해 환산",
  carKm: (km) => `승용차 ${km} km`,
  lampHours: (hours) => `10 W 전등 ${hours}시간`,
  totalsReference: "다른 모델의 기준입니다.",
  totalsAlike: (share) => `${share}: 이 빈도에서는 어느 쪽이든 거의 차이가 없습니다.`,
  totalsCancelled: (share, times) => `${share}. ${times}배 자주 쓰면 절약분이 사라집니다.`,
  workersNeeded: (n) => `따라가려면 작업자 ${n}개가 필요합니다.`,
  columnCar: "승용차 km",
  columnLamp: "10 W 전등 시간",
  columnOfReference: "기준 대비",

  predictionsTitle: "모델이 본 것",
  photoAlt: (name) => `사진 ${name}`,
  votes: (photo, votes) => `${photo}에 대한 첫 답: ${votes.map(([label, n]) => `${label} (모델 ${n}개)`).join(", ")}.`,
  noAnswers: "답한 모델이 없습니다.",
  scoreNote: "점수는 모델의 확신이며, 얼마나 자주 맞는지가 아닙니다.",
  allKnow: (words) => `모든 모델이 ${words}.`,
  knows: (n, first, all) => `아는 것 ${n.toLocaleString("en")}가지: ${first.join(", ")}${all ? "" : " …"}`,
  knowsNothing: "라벨을 알 수 없음",
  guessed: (words) => `이 모델에 대해 짐작한 것: ${words.join("; ")}`,
  columnRank: "순위",
  columnLabel: "라벨",
  columnScore: "점수",

  mapTitle: (name) => `${name}을(를) 다른 곳에서 돌린다면`,
  mapNone: "지역별로 보일 탄소 수치가 없습니다.",
  mapSummary: (least, leastGrams, most, mostGrams, home) =>
    `추론 백만 회당 ${leastGrams} (${least})부터 ${mostGrams} (${most}) CO₂e까지${home === null ? "" : `. 여기: ${home}`}.`,
  mapHome: (zone, grams) => `${zone}, ${grams}`,
  mapSource: (source, basis) => `출처: ${source}. 기준: ${basis}.`,
  mapAverage: "평균 전력 구성입니다: 부하를 옮겨도 실제 배출은 줄지 않을 수 있습니다.",
  mapLegend: (unit) => `추론 백만 회당 ${unit} CO₂e`,
  mapPlaceless: (n) => `클라우드 리전 ${n}곳은 위치가 공개되지 않았습니다. 표에는 있습니다.`,
  mapMissing: (n) => `지역 ${n}곳은 너무 작거나 지도에 모양이 없습니다. 표에는 있습니다.`,
  mapShow: "보기",
  mapZones: "지역",
  mapWithRegions: "클라우드 리전 포함",
  regionMark: (provider, region, location) => `${provider} ${region}, ${location}`,
  noData: "자료 없음",
  homeLegend: "테두리: 여기",
  regionLegend: "점: 클라우드 리전",
  carbonOf: (grams) => `추론 백만 회당 ${grams} CO₂e`,
  shareOfHere: (share) => `여기의 ${share}`,
  intensity: (grams, year) => `kWh당 ${grams} g CO₂e${year === null ? "" : `, ${year}년`}`,
  pueOf: (pue, source, year) => `PUE ${pue} (${source}${year === null ? "" : `, ${year}년`})`,
  zonesOf: "지역",
  regionsOf: "클라우드 리전",
  search: "찾기",
  found: (n, all) => `${all}개 중 ${n}개`,
  columnZone: "지역",
  columnCode: "코드",
  columnShareOfHere: "여기 대비",
  columnIntensity: "kWh당 g CO₂e",
  columnYear: "연도",
  columnSource: "출처",
  columnProvider: "제공자",
  columnRegion: "리전",
  columnLocation: "위치",
  columnPue: "PUE",
  columnPueSource: "PUE 출처",
  regionsTitle: (name) => `지역별 ${name}`,
  regionsSummary: (least, grams, share) =>
    `가장 적음: ${least}, 추론 백만 회당 ${grams} CO₂e${share === null ? "" : `, 여기의 ${share}`}.`,

  stage: (stage) => STAGES[stage],

  measurementsTitle: "측정한 곳별 추론 에너지",
  measurementsSummary: (name, count, machines) => `${name}: 기기 ${machines}대에서 ${count}번 측정.`,
  measurementsNote: "기기, 설정, 사진이 다를 수 있습니다. 이 값으로 고르기 전에 나란히 측정해 보세요.",
  legendWrong: "센서나 추정이 틀릴 수 있는 범위",
  medianOf: (time) => `${time} (중앙값)`,
  columnMachine: "기기",
  columnCpu: "CPU",
  columnDay: "날짜",
  columnStudy: "실험",
  columnEngine: "엔진",
  columnMedian: "지연 시간 중앙값",
};

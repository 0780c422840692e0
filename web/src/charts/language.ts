// SPDX-License-Identifier: Apache-2.0
/* The texts of the charts in the language of the page; English where nobody chose. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { chartsEn, type ChartMessages } from "../messages/charts.en";

export const ChartLanguage = createContext<ChartMessages>(chartsEn);

export const useMessages = (): ChartMessages => useContext(ChartLanguage);

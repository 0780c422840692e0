// SPDX-License-Identifier: Apache-2.0
/* Files that come in by any way: dropped, pasted, picked. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { announce } from "../announce";
import { asProblem } from "../api/client";
import type { Problem } from "../api/types";
import { bytes, text } from "../i18n";
import type { Kind } from "./files";
import { kindOf, looksLikeAddress } from "./files";
import type { Found } from "./folders";
import { classFiles, droppedFolder } from "./folders";
import { publish } from "./route";
import { go, route } from "./address";
import { loadDatasets } from "./evaluating";
import { client, inputs, loadInputs, loadModels, loadStudies, machine, models } from "./server";
import { chosenInput, chosenModels } from "./settings";
import { chosenOf } from "./catalog";
import { tarOf } from "./tar";

export interface Uploads {
  busy: { kind: Kind; name: string } | null;
  problems: Partial<Record<Kind, Problem>>;
  take: (file: File, as?: Kind) => void;
  /** A folder with a folder for each class. */
  takeFolder: (name: string, found: readonly Found[]) => void;
}

const sentence = (detail: string): Problem => ({ title: "", status: 0, code: "invalid", detail });

function tooLarge(kind: Kind, file: File): Problem | null {
  const limits = machine.get().value?.limits;
  if (!limits) return null;
  const most = {
    image: limits.image_bytes, model: limits.model_bytes, report: limits.report_bytes,
    dataset: limits.archive_bytes, other: Infinity,
  }[kind];
  return file.size > most ? sentence(text().tooLarge(file.name, bytes(file.size), bytes(most))) : null;
}

const SEND: Record<Kind, (file: File) => Promise<void>> = {
  async image(file) {
    const added = await client.addInput(file, file.name);
    await loadInputs();
    inputs.set(({ value, problem }) => ({ problem, value: value?.some((i) => i.id === added.id) ? value : [...(value ?? []), added] }));
    chosenInput.set(added.id);
    announce.stage(text().addedPhoto(added.name));
  },
  async model(file) {
    const before = chosenOf(models.get().value ?? [], chosenModels.get());
    const added = await client.addModel(file);
    chosenModels.set(new Set([...before, added.id]));
    await loadModels();
    announce.stage(text().addedModel(added.name));
  },
  async report(file) {
    let study;
    try {
      study = await client.addReport(file);
    } catch (error) {
      throw error instanceof SyntaxError ? new Error(text().notJson(file.name)) : error;
    }
    await loadStudies();
    announce.stage(text().imported(study.id));
    go({ scene: "study", id: study.id, pricing: null });
  },
  async dataset(file) {
    const added = await client.addDataset(file, file.name);
    await loadDatasets();
    announce.stage(text().addedDataset(added.name, added.classes.length));
    const now = route.get();
    go(publish({ ...(now.scene === "publish" ? now : {}), step: "evaluate", dataset: added.id, evaluation: null }));
  },
  async other(file) {
    throw new Error(text().photoOther(file.name));
  },
};

export function useUploads(): Uploads {
  const [busy, setBusy] = useState<Uploads["busy"]>(null);
  const [problems, setProblems] = useState<Uploads["problems"]>({});
  const tell = (kind: Kind, problem: Problem | null) =>
    setProblems((before) => {
      const { [kind]: _, ...others } = before;
      return problem ? { ...others, [kind]: problem } : others;
    });

  const take = useCallback(async (file: File, as?: Kind) => {
    const kind = as ?? kindOf(file);
    const shownAt = kind === "other" ? "image" : kind;
    setProblems({});
    const refused = tooLarge(kind, file);
    if (refused) return tell(shownAt, refused);
    setBusy({ kind, name: file.name });
    try {
      await SEND[kind](file);
    } catch (error) {
      tell(shownAt, asProblem(error));
    }
    setBusy(null);
  }, []);

  const takeFolder = useCallback((name: string, found: readonly Found[]) => {
    const files = classFiles(found);
    if (files.length === 0) return tell("dataset", sentence(text().noClasses(name)));
    void take(new File([tarOf(files)], `${name}.tar`), "dataset");
  }, [take]);
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0];
      if (file) {
        event.preventDefault();
        return void take(file);
      }
      const words = event.clipboardData?.getData("text") ?? "";
      const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea");
      if (!typing && looksLikeAddress(words)) tell("image", sentence(text().photoAddress));
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [take]);

  return { busy, problems, take: (file, as) => void take(file, as), takeFolder };
}

/** Folders among what was dropped; they must be asked for before the event ends. */
const folders = (data: DataTransfer | null): FileSystemDirectoryEntry[] =>
  [...(data?.items ?? [])].flatMap((item) => {
    const entry = item.webkitGetAsEntry();
    return entry?.isDirectory ? [entry as FileSystemDirectoryEntry] : [];
  });

/** True while a file hangs over the page; dropped anywhere, it is taken. */
export function useDrop({ take, takeFolder }: Uploads): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0; // dragenter and dragleave come for every element that is passed
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const on = (type: "dragenter" | "dragleave" | "dragover" | "drop", act: (event: DragEvent, taken: boolean) => void) => {
      const listener = (event: DragEvent) => {
        if (!files(event)) return;
        const taken = event.defaultPrevented; // by a field of its own
        event.preventDefault();
        act(event, taken);
        setOver(depth > 0);
      };
      document.addEventListener(type, listener);
      return () => document.removeEventListener(type, listener);
    };
    const undo = [
      on("dragenter", () => void depth++),
      on("dragleave", () => void depth--),
      on("dragover", () => undefined),
      on("drop", (event, taken) => {
        depth = 0;
        if (taken) return;
        const dropped = folders(event.dataTransfer);
        for (const folder of dropped) void droppedFolder(folder).then((found) => takeFolder(folder.name, found));
        if (dropped.length === 0) for (const file of event.dataTransfer?.files ?? []) take(file);
      }),
    ];
    return () => undo.forEach((stop) => stop());
  }, [take]);
  return over;
}

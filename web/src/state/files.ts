// SPDX-License-Identifier: Apache-2.0
/* What a dropped, pasted or picked thing is, before it is sent. The server has the last word. */

export type Kind = "image" | "model" | "report" | "dataset" | "other";

export function kindOf(file: { name: string; type: string }): Kind {
  const ending = /\.([a-z0-9]+)$/i.exec(file.name)?.[1]?.toLowerCase() ?? "";
  if (["tflite", "lite", "onnx"].includes(ending)) return "model";
  if (["zip", "tar", "tgz"].includes(ending) || /\.tar\.gz$/i.test(file.name)) return "dataset";
  if (ending === "json" || file.type === "application/json") return "report";
  if (file.type.startsWith("image/")) return "image";
  return ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff", "heic", "heif", "avif"].includes(ending)
    ? "image"
    : "other";
}

/** A pasted address: this page loads nothing from outside, and says so. */
export const looksLikeAddress = (words: string): boolean => /^(https?:\/\/|www\.)\S+$/i.test(words.trim());

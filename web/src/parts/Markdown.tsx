// SPDX-License-Identifier: Apache-2.0
/* Markdown as a reader of a model card will see it. A library reads it; its pieces become elements here,
 * never HTML text, so that nothing in it could run. What a label does not use is shown as it is written. */
import type { MarkedToken, Token, Tokens } from "marked";
import { lexer } from "marked";
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";

export function Markdown({ text }: { text: string }) {
  return <div class="markdown">{useMemo(() => elements(text), [text])}</div>;
}

export const elements = (text: string): ComponentChildren[] => lexer(text).map(block);

const inline = (tokens: readonly Token[] | undefined): ComponentChildren => tokens?.map(piece);

function Cells({ row, tag: Cell }: { row: Tokens.TableCell[]; tag: "th" | "td" }) {
  return <tr>{row.map((cell, i) => <Cell key={i}>{inline(cell.tokens)}</Cell>)}</tr>;
}

function block(token: Token, key: number): ComponentChildren {
  const it = token as MarkedToken;
  switch (it.type) {
    case "space":
      return null;
    case "heading":
      return <p key={key}><b>{inline(it.tokens)}</b></p>;
    case "paragraph":
      return <p key={key}>{inline(it.tokens)}</p>;
    case "table":
      return (
        <table key={key}>
          <thead><Cells row={it.header} tag="th" /></thead>
          <tbody>{it.rows.map((row, i) => <Cells key={i} row={row} tag="td" />)}</tbody>
        </table>
      );
    case "list":
      return <ul key={key}>{it.items.map((item, i) => <li key={i}>{item.tokens.map(block)}</li>)}</ul>;
    case "text":
      return <span key={key}>{it.tokens ? inline(it.tokens) : it.text}</span>;
    case "code":
      return <pre key={key}><code>{it.text}</code></pre>;
    default:
      return <pre key={key}>{token.raw}</pre>;
  }
}

/** marked leaves the entities of a text as they are written. */
const plain = (words: string): string =>
  words.replace(/&(lt|gt|amp|quot|#39);/g, (_, name: string) => ({ lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" })[name] ?? "");

function piece(token: Token, key: number): ComponentChildren {
  const it = token as MarkedToken;
  switch (it.type) {
    case "strong":
      return <b key={key}>{inline(it.tokens)}</b>;
    case "em":
      return <em key={key}>{inline(it.tokens)}</em>;
    case "codespan":
      return <code key={key}>{plain(it.text)}</code>;
    case "br":
      return <br key={key} />;
    case "text":
    case "escape":
      return plain(it.text);
    case "link":
      return /^https?:/.test(it.href) ? <a key={key} href={it.href} rel="noreferrer">{inline(it.tokens)}</a> : it.raw;
    default:
      return token.raw;
  }
}

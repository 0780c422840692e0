// SPDX-License-Identifier: Apache-2.0
import { useState } from "preact/hooks";
import { asProblem } from "../api/client";
import type { Problem } from "../api/types";
import { useText } from "../i18n";
import { client, loadAll, tokenWanted } from "../state/server";
import { ProblemNote } from "./Note";

export function SignIn() {
  const t = useText();
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const signIn = async () => {
    try {
      await client.signIn(token.trim());
      tokenWanted.set(false);
      await loadAll();
    } catch (error) {
      setProblem(asProblem(error));
    }
  };
  return (
    <form class="panel sign-in" onSubmit={(event) => {
      event.preventDefault();
      void signIn();
    }}>
      <h1>{t.signInTitle}</h1>
      <p class="hint">{t.signInHint}</p>
      <label class="field">
        <span>{t.token}</span>
        <input type="password" autocomplete="current-password" value={token} onInput={(event) => setToken(event.currentTarget.value)} />
      </label>
      <button type="submit" class="create">{t.signIn}</button>
      <ProblemNote problem={problem} />
    </form>
  );
}

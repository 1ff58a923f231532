/** Draws the rows of a choice, and says what was chosen. */
import * as vscode from 'vscode';
import type { ChoiceRow } from './choices.ts';

interface Item<C> extends vscode.QuickPickItem {
  choice?: C;
}

export interface PickerOptions<C> {
  title: string;
  placeholder: string;
  /** Also called again, after a button. */
  groups(): Promise<{ title?: string; rows: ChoiceRow<C>[] }[]>;
  /** False: the row is there to be read. */
  canChoose?(choice: C): boolean;
  buttons?(choice: C): vscode.QuickInputButton[];
  /** A button of a row was pressed. */
  pressed?(choice: C): Promise<void>;
}

/** @returns what was chosen; undefined where the picker was left. */
export async function pick<C>(options: PickerOptions<C>): Promise<C | undefined> {
  const { title, placeholder, canChoose = () => true, pressed } = options;
  const picker = vscode.window.createQuickPick<Item<C>>();
  Object.assign(picker, { title, placeholder, matchOnDetail: true });
  const refresh = async () => {
    picker.busy = true;
    picker.items = await items(options);
    picker.busy = false;
  };
  const chosen = new Promise<C | undefined>((resolve, reject) => {
    picker.onDidAccept(() => {
      const choice = picker.selectedItems[0]?.choice;
      if (choice === undefined || !canChoose(choice)) return;
      resolve(choice);
      picker.hide();
    });
    picker.onDidHide(() => resolve(undefined));
    picker.onDidTriggerItemButton(async ({ item: { choice } }) => {
      if (choice === undefined) return;
      try {
        picker.ignoreFocusOut = true;
        await pressed?.(choice);
        await refresh();
        picker.ignoreFocusOut = false;
      } catch (error) {
        reject(error);
      }
    });
  });
  picker.show();
  try {
    await refresh();
    return await chosen;
  } finally {
    picker.dispose();
  }
}

async function items<C>({ groups, buttons }: PickerOptions<C>): Promise<Item<C>[]> {
  return (await groups()).flatMap(({ title, rows }): Item<C>[] => [
    ...(title === undefined ? [] : [{ label: title, kind: vscode.QuickPickItemKind.Separator }]),
    ...rows.map((row) => ({ ...row, buttons: buttons?.(row.choice) ?? [] })),
  ]);
}

/** Of runs that were deleted a moment ago: these words come with the first script, those of Runs do not. */
export const trash = {
  deleted: (name: string) => `${name} is deleted.`,
  deletedSpoken: (name: string) => `${name} is deleted. Control Z, or Undo at the end of the page, brings it back for 10 seconds.`,
  undo: "Undo",
  undone: (name: string) => `${name} is back.`,
  undoLabel: "Deleted runs",
};

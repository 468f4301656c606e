//! What the scripts of shells have in common.

/// A script with the names in their places: of the variable that asks, of the command
/// that is completed, and of the program that answers.
pub(super) fn filled(script: &str, var: &str, bin: &str, completer: &str) -> String {
    let program = format!("'{}'", completer.replace('\'', "'\\''"));
    // The program comes last: there may be any word in its path.
    script
        .replace("ASKED", var)
        .replace("NAME", bin)
        .replace("PROGRAM", &program)
}

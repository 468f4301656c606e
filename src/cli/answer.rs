//! Yes or no: what a command comes to, and so its exit code.

/// What a command found out. Most only do as they are told, which is a yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// There is what was asked for.
    Yes,
    /// There is no such thing, and that is the result.
    No,
}

impl Answer {
    /// Yes where there is what was asked for.
    pub(super) fn of(found: bool) -> Answer {
        if found { Answer::Yes } else { Answer::No }
    }
}

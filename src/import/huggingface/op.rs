//! One op of a model file.

/// One op of the file.
#[derive(Clone, PartialEq)]
pub(crate) struct Op {
    lines: Vec<String>,
    /// Whether it is a block upon itself, as the layers are.
    pub(crate) is_repeated: bool,
}

impl Op {
    pub(crate) fn new(name: &str) -> Op {
        Op {
            lines: vec![format!("name = \"{name}\"")],
            is_repeated: false,
        }
    }

    /// Its lines, without the head of the table.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether this is its name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let line = format!("name = \"{name}\"");
        self.lines.contains(&line)
    }

    /// The same op with other names for itself and what it is computed from.
    pub(crate) fn renamed(&self, name: &impl Fn(&str) -> String) -> Op {
        let is_apart = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        let renamed = |line: &String| {
            let named = ["name = ", "inputs = ", "apply = "];
            let Some(key) = named.iter().find(|key| line.starts_with(**key)) else {
                return line.clone();
            };
            let value = line.get(key.len()..).unwrap_or_default();
            let parts = value.split_inclusive(is_apart).map(|part| {
                let word = part.trim_end_matches(is_apart);
                let rest = part.get(word.len()..).unwrap_or_default();
                format!("{}{rest}", name(word))
            });
            format!("{key}{}", parts.collect::<String>())
        };
        Op {
            lines: self.lines.iter().map(renamed).collect(),
            is_repeated: self.is_repeated,
        }
    }

    fn line(mut self, key: &str, value: &str) -> Op {
        self.lines.push(format!("{key} = {value}"));
        self
    }

    fn text(self, key: &str, value: &str) -> Op {
        self.line(key, &quoted(value))
    }

    /// A comment above it.
    pub(crate) fn comment(mut self, words: &str) -> Op {
        self.lines.insert(0, format!("# {words}"));
        self
    }

    pub(crate) fn stage(self, stage: &str) -> Op {
        self.text("stage", stage)
    }

    pub(crate) fn block(self, block: &str) -> Op {
        self.text("block", block)
    }

    pub(crate) fn slot(self, slot: &str) -> Op {
        self.text("slot", slot)
    }

    pub(crate) fn gather(self, notation: &str) -> Op {
        self.text("gather", notation)
    }

    pub(crate) fn take(self, notation: &str) -> Op {
        self.text("index", notation)
    }

    pub(crate) fn concat(self, notation: &str) -> Op {
        self.text("concat", notation)
    }

    pub(crate) fn reshape(self, shape: &str) -> Op {
        self.text("reshape", shape)
    }

    pub(crate) fn einsum(self, notation: &str) -> Op {
        self.text("einsum", notation)
    }

    pub(crate) fn apply(self, formula: &str) -> Op {
        self.text("apply", formula)
    }

    /// One multiplication for every element, by a number known beforehand.
    pub(crate) fn scaled(self) -> Op {
        self.line("per_element", "{ mul = 1 }")
    }

    pub(crate) fn bias(self) -> Op {
        self.line("bias", "true")
    }

    pub(crate) fn repeat(mut self, count: &str) -> Op {
        self.is_repeated = true;
        self.text("repeat", count)
    }

    /// How often it is computed, and which part of that a causal mask hides.
    pub(crate) fn share(self, times: &str, masked: &str) -> Op {
        let op = match times {
            "1" => self,
            times => self.text("times", times),
        };
        op.text("masked", masked)
    }

    pub(crate) fn times(self, formula: &str) -> Op {
        match formula {
            "1" => self,
            formula => self.text("times", formula),
        }
    }

    /// Extents that no operand tells.
    pub(crate) fn axes(self, given: &[(&str, &str)]) -> Op {
        let given: Vec<String> = (given.iter())
            .map(|(name, value)| format!("{name} = \"{value}\""))
            .collect();
        self.line("axes", &format!("{{ {} }}", given.join(", ")))
    }

    /// What combines the operands of a product, if not multiplication.
    pub(crate) fn map(self, map: &str) -> Op {
        self.text("map", map)
    }

    /// What the terms of a result are gathered by, if not by addition.
    pub(crate) fn reduce(self, reduce: &str) -> Op {
        self.text("reduce", reduce)
    }

    /// What each element takes, such as `{ add = 1, exp = 1 }`.
    pub(crate) fn per_element(self, primitives: &str) -> Op {
        self.line("per_element", &format!("{{ {primitives} }}"))
    }

    /// With a causal mask over whatever attends.
    pub(crate) fn causal(self) -> Op {
        self.line("causal", "true")
    }

    /// Numbers that a block takes; none is nothing.
    pub(crate) fn with<S: AsRef<str>>(self, given: &[(&str, S)]) -> Op {
        if given.is_empty() {
            return self;
        }
        let given: Vec<String> = (given.iter())
            .map(|(name, value)| format!("{name} = \"{}\"", value.as_ref()))
            .collect();
        self.line("with", &format!("{{ {} }}", given.join(", ")))
    }

    /// What it is computed from: names, or weights of its own by [`weight`].
    pub(crate) fn of(self, inputs: &[&str]) -> Op {
        let inputs: Vec<String> = (inputs.iter())
            .map(|input| match input.starts_with('{') {
                true => (*input).to_owned(),
                false => quoted(input),
            })
            .collect();
        self.line("inputs", &format!("[{}]", inputs.join(", ")))
    }
}

/// A weight of an op's own.
pub(crate) fn weight(shape: &str) -> String {
    format!("{{ weight = \"{shape}\" }}")
}

/// Text as TOML has it, of which nothing needs to be escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

//! The fields of the messages that are read, by the numbers that stand for
//! them in a file.

/// A kind of message.
#[derive(Debug)]
pub(super) struct MessageKind {
    /// What to call one of them.
    pub name: &'static str,
    fields: &'static [(u32, &'static str)],
}

impl MessageKind {
    /// What the specification calls the field, if it is one that is read.
    pub fn field(&self, number: u32) -> Option<&'static str> {
        self.fields
            .iter()
            .find(|(known, _)| *known == number)
            .map(|(_, name)| *name)
    }
}

pub(super) static MODEL: MessageKind = MessageKind {
    name: "the model",
    fields: &[
        (1, "ir_version"),
        (2, "producer_name"),
        (7, "graph"),
        (8, "opset_import"),
        (25, "functions"),
    ],
};

pub(super) static OPSET: MessageKind = MessageKind {
    name: "an operator set",
    fields: &[(1, "domain"), (2, "version")],
};

pub(super) static GRAPH: MessageKind = MessageKind {
    name: "a graph",
    fields: &[
        (1, "node"),
        (2, "name"),
        (5, "initializer"),
        (11, "input"),
        (12, "output"),
        (13, "value_info"),
        (15, "sparse_initializer"),
    ],
};

pub(super) static FUNCTION: MessageKind = MessageKind {
    name: "a function",
    fields: &[
        (1, "name"),
        (4, "input"),
        (5, "output"),
        (6, "attribute"),
        (7, "node"),
        (9, "opset_import"),
        (10, "domain"),
        (11, "attribute_proto"),
        (13, "overload"),
    ],
};

pub(super) static NODE: MessageKind = MessageKind {
    name: "a node",
    fields: &[
        (1, "input"),
        (2, "output"),
        (3, "name"),
        (4, "op_type"),
        (5, "attribute"),
        (7, "domain"),
        (8, "overload"),
        (9, "metadata_props"),
    ],
};

pub(super) static ATTRIBUTE: MessageKind = MessageKind {
    name: "an attribute",
    fields: &[
        (1, "name"),
        (2, "f"),
        (3, "i"),
        (4, "s"),
        (5, "t"),
        (6, "g"),
        (7, "floats"),
        (8, "ints"),
        (9, "strings"),
        (20, "type"),
        (21, "ref_attr_name"),
    ],
};

pub(super) static TENSOR: MessageKind = MessageKind {
    name: "a tensor",
    fields: &[
        (1, "dims"),
        (2, "data_type"),
        (4, "float_data"),
        (5, "int32_data"),
        (7, "int64_data"),
        (8, "name"),
        (9, "raw_data"),
        (10, "double_data"),
        (11, "uint64_data"),
        (13, "external_data"),
        (14, "data_location"),
    ],
};

pub(super) static ENTRY: MessageKind = MessageKind {
    name: "an entry of `external_data` or `metadata_props`",
    fields: &[(1, "key"), (2, "value")],
};

pub(super) static VALUE_INFO: MessageKind = MessageKind {
    name: "what is known of a tensor",
    fields: &[(1, "name"), (2, "type"), (4, "metadata_props")],
};

pub(super) static TYPE: MessageKind = MessageKind {
    name: "a type",
    fields: &[
        (1, "tensor_type"),
        (4, "sequence_type"),
        (9, "optional_type"),
    ],
};

pub(super) static OPTIONAL_TYPE: MessageKind = MessageKind {
    name: "the type of what may be missing",
    fields: &[(1, "type")],
};

pub(super) static TENSOR_TYPE: MessageKind = MessageKind {
    name: "the type of a tensor",
    fields: &[(1, "elem_type"), (2, "shape")],
};

pub(super) static SHAPE: MessageKind = MessageKind {
    name: "a shape",
    fields: &[(1, "dim")],
};

pub(super) static DIM: MessageKind = MessageKind {
    name: "an extent of a shape",
    fields: &[(1, "dim_value"), (2, "dim_param")],
};

//! Tensors: their shapes, and where their elements are.

use std::ops::Range;

use super::malformed::Malformed;
use super::message::{Field, Message};
use super::reader::Reader;
use super::schema::{ENTRY, TENSOR};
use super::small_tensor::SmallTensor;
use super::typed::{each_entry, field_of};
use crate::import::onnx::proto::{ElementType, Payload, Tensor};

/// What `data_location` says of elements in another file.
const EXTERNAL: i64 = 1;

/// A tensor, with its elements if they are few.
pub(super) fn tensor(message: Message, reader: &mut Reader<'_>) -> Result<Tensor, Malformed> {
    let mut parts = Parts::read(message, reader)?;
    parts.tensor.payload = parts.payload(reader)?;
    Ok(parts.tensor)
}

/// The constant that a node holds, with its elements if they are few or equal.
pub(super) fn of_node(message: Message, reader: &mut Reader<'_>) -> Result<Tensor, Malformed> {
    let mut parts = Parts::read(message, reader)?;
    parts.of_node = true;
    parts.tensor.payload = parts.payload(reader)?;
    Ok(parts.tensor)
}

/// What a tensor says of its elements, its payload not yet known.
#[derive(Default)]
struct Parts {
    at: u64,
    tensor: Tensor,
    raw: Range<u64>,
    typed: Option<(&'static str, Range<u64>)>,
    is_external: bool,
    of_node: bool,
    entries: Vec<(String, String)>,
}

impl Parts {
    fn read(mut message: Message, reader: &mut Reader<'_>) -> Result<Parts, Malformed> {
        let mut parts = Parts {
            at: message.at,
            ..Parts::default()
        };
        while let Some(field) = message.next(reader)? {
            match field.name {
                "name" => parts.tensor.name = field.text(reader)?,
                "dims" => field.ints(reader, &mut parts.tensor.dims)?,
                "data_type" => parts.tensor.element = ElementType::from_number(field.int32()?),
                "raw_data" => parts.raw = field.bytes()?,
                "data_location" => parts.is_external = field.int()? == EXTERNAL,
                "external_data" => {
                    let inner = field.message(&ENTRY, reader)?;
                    parts.entries.push(entry(inner, reader)?);
                }
                "" => {}
                _ => parts.add_typed(&field, message.at)?,
            }
        }
        Ok(parts)
    }

    /// Adds a field of a typed list, which ends at `end`.
    fn add_typed(&mut self, field: &Field, end: u64) -> Result<(), Malformed> {
        if field.bytes().is_ok_and(|range| range.is_empty()) {
            return Ok(());
        }
        match &mut self.typed {
            None => self.typed = Some((field.name, field.at..end)),
            Some((name, range)) if *name == field.name => range.end = end,
            Some((name, _)) => {
                let what = format!("elements both in `{name}` and in `{}`", field.name);
                return Err(field.wrong(what));
            }
        }
        Ok(())
    }

    fn payload(&self, reader: &mut Reader<'_>) -> Result<Payload, Malformed> {
        if self.is_external {
            return self.external();
        }
        match &self.typed {
            None if self.raw.is_empty() => Ok(self.nothing()),
            None => self.raw(reader),
            Some((name, range)) if self.raw.is_empty() => self.typed(name, range, reader),
            Some((name, _)) => Err(self.wrong(&format!(
                "holds elements both in `raw_data` and in `{name}`"
            ))),
        }
    }

    fn wrong(&self, what: &str) -> Malformed {
        Malformed {
            what: format!("the tensor `{}` {what}", self.tensor.name),
            at: self.at,
            within: TENSOR.name,
        }
    }

    fn nothing(&self) -> Payload {
        match self.tensor.elements() {
            Some(0) => SmallTensor::new(self.tensor.element, 0, self.of_node)
                .and_then(SmallTensor::finish)
                .unwrap_or_default(),
            _ => Payload::Absent,
        }
    }

    fn raw(&self, reader: &mut Reader<'_>) -> Result<Payload, Malformed> {
        let unread = Payload::Raw(self.raw.clone());
        let element = self.tensor.element;
        let (Some(count), Some(takes)) = (self.tensor.elements(), self.tensor.bytes()) else {
            return Ok(unread);
        };
        let has = self.raw.end - self.raw.start;
        if has != takes {
            return Err(self.wrong(&format!(
                "has {has} bytes, while {count} elements of {element} take {takes}"
            )));
        }
        let Some(mut small) = SmallTensor::new(element, count, self.of_node)
            .filter(|small| small.may_be_kept(reader))
        else {
            return Ok(unread);
        };
        // As few as they are, they are in memory at once.
        let mut bytes = vec![0; has as usize];
        reader.copy(self.raw.start, &mut bytes)?;
        for step in bytes.chunks(small.step()) {
            small.push(step);
        }
        Ok(small.finish().unwrap_or(unread))
    }

    fn typed(
        &self,
        name: &str,
        range: &Range<u64>,
        reader: &mut Reader<'_>,
    ) -> Result<Payload, Malformed> {
        let unread = Payload::Packed(range.clone());
        let element = self.tensor.element;
        if field_of(element).is_some_and(|(field, _)| field != name) {
            return Err(self.wrong(&format!("holds elements of {element} in `{name}`")));
        }
        let Some(count) = self.tensor.elements() else {
            return Ok(unread);
        };
        let Some(mut small) = SmallTensor::new(element, count, self.of_node)
            .filter(|small| small.may_be_kept(reader))
        else {
            return Ok(unread);
        };
        let mut entries = 0;
        each_entry(range, element, reader, &mut |_, bits, _| {
            entries += 1;
            small.push(&bits.to_le_bytes());
            Ok(())
        })?;
        if entries != small.steps() {
            return Err(self.wrong(&format!(
                "has {entries} entries in `{name}`, while {count} elements of {element} take {}",
                small.steps()
            )));
        }
        Ok(small.finish().unwrap_or(unread))
    }

    fn external(&self) -> Result<Payload, Malformed> {
        let value = |key| {
            let mut entries = self.entries.iter();
            entries
                .find(|(known, _)| known == key)
                .map(|(_, value)| value)
        };
        let number = |key| {
            value(key).map(|text| {
                text.parse::<u64>()
                    .map_err(|_| self.wrong(&format!("has `{text}` as {key} in another file")))
            })
        };
        let Some(location) = value("location") else {
            return Err(self.wrong("is in another file, but in which is not said"));
        };
        Ok(Payload::External {
            location: location.clone(),
            offset: number("offset").transpose()?.unwrap_or(0),
            length: number("length").transpose()?,
        })
    }
}

fn entry(mut message: Message, reader: &mut Reader<'_>) -> Result<(String, String), Malformed> {
    let mut entry = (String::new(), String::new());
    while let Some(field) = message.next(reader)? {
        match field.name {
            "key" => entry.0 = field.text(reader)?,
            "value" => entry.1 = field.text(reader)?,
            _ => {}
        }
    }
    Ok(entry)
}

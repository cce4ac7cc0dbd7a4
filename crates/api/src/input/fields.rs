//! Reading an object field by field, collecting every fault.

use kernel::{FieldErrors, FieldFault, Patch};
use serde_json::{Map, Value};

use super::pointer::Pointer;

/// One value that was sent, with its place and with where faults go.
pub struct Input<'a> {
    pub(super) given: Given<'a>,
    pub(super) pointer: Pointer<'a>,
    pub(super) errors: &'a mut FieldErrors,
}

/// How a value was sent.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    /// As JSON.
    Json(&'a Value),
    /// As the text of a parameter.
    Text(&'a str),
}

impl Input<'_> {
    /// Refuses the value.
    pub fn refuse<V>(self, fault: impl Into<FieldFault>) -> Option<V> {
        self.errors.push(self.pointer.to_string(), fault.into());
        None
    }

    /// Refuses the value because it is not a `wanted`.
    pub(super) fn wrong_type<V>(self, wanted: &str) -> Option<V> {
        self.refuse(FieldFault::new(
            "wrong-type",
            format!("this is not {wanted}"),
        ))
    }
}

/// The fields of a JSON object, each read once by name.
///
/// Read every field into a variable before the first `?`: only then are all faults found at once, and
/// only fields that were not read count as unknown.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    pointer: &'a Pointer<'a>,
    errors: &'a mut FieldErrors,
    read: Vec<Reading>,
}

/// That a field was read, and how; the schema has to say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reading {
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// Whether null is taken.
    pub(super) nullable: bool,
}

impl<'a> Fields<'a> {
    /// Reads an object; fields that `read` does not ask for are a fault.
    pub(super) fn read_object<V>(
        object: &'a Map<String, Value>,
        pointer: &'a Pointer<'a>,
        errors: &'a mut FieldErrors,
        read: impl FnOnce(&mut Fields<'_>) -> Option<V>,
    ) -> (Option<V>, Vec<Reading>) {
        let mut fields = Fields {
            object,
            pointer,
            errors,
            read: Vec::new(),
        };
        let value = read(&mut fields);

        let Fields { errors, read, .. } = fields;
        let known = |key: &String| read.iter().any(|reading| reading.name == key);
        let unknown = !object.keys().all(known);
        if unknown {
            // The unknown name is not repeated: it is something that was sent.
            let known = read.iter().map(|reading| reading.name);
            let known = known.collect::<Vec<_>>().join("`, `");
            let fault = FieldFault::new(
                "unknown-field",
                format!("there is a field that is not known here; known are `{known}`"),
            );
            errors.push(pointer.to_string(), fault);
        }
        (value.filter(|_| !unknown), read)
    }

    fn find(&mut self, name: &'static str, required: bool, nullable: bool) -> Option<&'a Value> {
        self.read.push(Reading {
            name,
            required,
            nullable,
        });
        self.object.get(name)
    }

    fn shaped<V>(
        &mut self,
        name: &'static str,
        value: &Value,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<V> {
        shape(Input {
            given: Given::Json(value),
            pointer: Pointer::Field(self.pointer, name),
            errors: self.errors,
        })
    }

    /// Refuses the field `name` for a reason that concerns several fields together.
    pub fn refuse<V>(&mut self, name: &'static str, fault: impl Into<FieldFault>) -> Option<V> {
        let pointer = Pointer::Field(self.pointer, name);
        self.errors.push(pointer.to_string(), fault.into());
        None
    }

    /// Refuses what is wrong with the object as a whole, each fault at its own place: their pointers begin at the object.
    pub fn refuse_each<V>(&mut self, errors: &FieldErrors) -> Option<V> {
        for error in errors.as_slice() {
            let below = error.pointer.trim_start_matches('#');
            let fault = FieldFault::new(error.code, error.detail.clone());
            self.errors.push(format!("{}{below}", self.pointer), fault);
        }
        None
    }

    /// A field that must be there, and not be null.
    pub fn required<V>(
        &mut self,
        name: &'static str,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<V> {
        match self.find(name, true, false) {
            Some(Value::Null) | None => {
                self.refuse(name, FieldFault::new("required", "this field is required"))
            }
            Some(value) => self.shaped(name, value, shape),
        }
    }

    /// A field that may be absent or null, which is the same: `Some(None)`. It is an `Option` that is
    /// `#[oai(nullable)]`.
    pub fn optional<V>(
        &mut self,
        name: &'static str,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<Option<V>> {
        match self.find(name, false, true) {
            Some(Value::Null) | None => Some(None),
            Some(value) => self.shaped(name, value, shape).map(Some),
        }
    }

    /// A field of a partial update that is left alone when absent, and cannot be null.
    pub fn patch<V>(
        &mut self,
        name: &'static str,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<Patch<V>> {
        match self.find(name, false, false) {
            None => Some(Patch::Keep),
            Some(Value::Null) => {
                let fault = FieldFault::new("not-nullable", "this field cannot be cleared");
                self.refuse(name, fault)
            }
            Some(value) => self.shaped(name, value, shape).map(Patch::Set),
        }
    }

    /// A field of a partial update that is left alone when absent, and cleared by null.
    pub fn clearable<V>(
        &mut self,
        name: &'static str,
        shape: impl FnOnce(Input<'_>) -> Option<V>,
    ) -> Option<Patch<Option<V>>> {
        match self.find(name, false, true) {
            None => Some(Patch::Keep),
            Some(Value::Null) => Some(Patch::Set(None)),
            Some(value) => self
                .shaped(name, value, shape)
                .map(|value| Patch::Set(Some(value))),
        }
    }

    /// An object whose absence is the same as an empty one; for the settings of a partial update.
    pub fn nested<V>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&mut Fields<'_>) -> Option<V>,
    ) -> Option<V> {
        let empty = Value::Object(Map::new());
        match self.find(name, false, false) {
            None => self.shaped(name, &empty, super::object(read)),
            Some(value) => self.shaped(name, value, super::object(read)),
        }
    }
}

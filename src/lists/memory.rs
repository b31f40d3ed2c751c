//! What was worked out already, kept for the next reader.
//!
//! What was true on a day and known at an instant never changes, so nothing here is ever emptied because of a write.
//! Each room that keeps something has a type of its own for it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::db::Db;

/// One value of each type, made when first asked for. Cheap to clone; clones are the same memory.
#[derive(Clone, Default)]
pub struct Memory {
    kept: Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>,
    beside: Option<Db>,
}

impl Memory {
    /// A memory whose long readings go on beside the page that asked for them, with a longer deadline.
    pub fn beside(db: Db) -> Self {
        Memory { kept: Arc::default(), beside: Some(db) }
    }

    /// Where long readings go on, if not where they are asked for.
    pub fn db(&self) -> Option<&Db> {
        self.beside.as_ref()
    }

    /// The value of that type.
    pub fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())).clone();
        kept.downcast().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_the_same_memory() {
        let memory = Memory::default();
        memory.clone().of::<Mutex<Vec<u8>>>().lock().unwrap().push(7);
        assert_eq!(*memory.of::<Mutex<Vec<u8>>>().lock().unwrap(), [7]);
    }
}

//! What was worked out already, kept for the next reader.
//!
//! What was true on a day and known at an instant never changes, so nothing here is ever emptied because of a write.
//! Each room that keeps something has a type of its own for it.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
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

/// At most so many values, by what they are of. Where there are too many, all go: what was asked for lately comes back
/// with the next who asks, and what nobody asks for any more does not.
#[derive(Debug)]
pub struct Kept<K, V, const MOST: usize>(Mutex<HashMap<K, V>>);

impl<K, V, const MOST: usize> Default for Kept<K, V, MOST> {
    fn default() -> Self {
        Kept(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone, const MOST: usize> Kept<K, V, MOST> {
    /// The value kept under a key.
    pub fn get(&self, key: &K) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Keeps a value, and gives it back.
    pub fn put(&self, key: K, value: V) -> V {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.insert(key, value.clone());
        value
    }

    /// The value kept under a key; a new one where there is none, the same for all who ask at once.
    pub fn get_or_default(&self, key: K) -> V
    where
        V: Default,
    {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_may_be() {
        let kept: Kept<u8, u8, 2> = Kept::default();
        assert_eq!((kept.put(1, 10), kept.put(2, 20), kept.put(2, 21)), (10, 20, 21));
        assert_eq!((kept.get(&1), kept.get(&2)), (Some(10), Some(21)));
        assert_eq!(kept.get_or_default(1), 10);
        kept.put(3, 30);
        assert_eq!((kept.get(&1), kept.get(&2), kept.get(&3)), (None, None, Some(30)));
        assert_eq!((kept.get_or_default(4), kept.get(&4)), (0, Some(0)));
    }

    #[test]
    fn clones_are_the_same_memory() {
        let memory = Memory::default();
        memory.clone().of::<Mutex<Vec<u8>>>().lock().unwrap().push(7);
        assert_eq!(*memory.of::<Mutex<Vec<u8>>>().lock().unwrap(), [7]);
    }
}

//! A window whose total is made of two stacks: values come onto one and leave from the other, and
//! nothing is ever taken away from a total. So it costs the same for every length, and what has
//! left the window leaves no trace, as if all values were added up anew on each bar.

/// Neighbouring values of a window, taken together.
pub trait Total: Clone {
    /// These and those right after them.
    #[must_use]
    fn and(&self, newer: &Self) -> Self;
}

/// The values of a window, oldest first.
#[derive(Debug, Clone)]
pub struct Sliding<T> {
    /// Of each value that is older than the other stack: it and all after it in this stack. The
    /// oldest value is the last.
    leaving: Vec<T>,
    /// The newer values.
    coming: Vec<T>,
    /// All of them together.
    arrived: Option<T>,
}

impl<T: Total> Sliding<T> {
    pub fn new() -> Self {
        Self {
            leaving: Vec::new(),
            coming: Vec::new(),
            arrived: None,
        }
    }

    pub fn len(&self) -> usize {
        self.leaving.len() + self.coming.len()
    }

    /// Takes in the newest value, and lets the oldest go where there would be more than `most`.
    pub fn push(&mut self, x: T, most: usize) {
        self.arrived = Some(match &self.arrived {
            Some(arrived) => arrived.and(&x),
            None => x.clone(),
        });
        self.coming.push(x);
        if self.len() > most {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if self.leaving.is_empty() {
            while let Some(x) = self.coming.pop() {
                let with_newer = match self.leaving.last() {
                    Some(newer) => x.and(newer),
                    None => x,
                };
                self.leaving.push(with_newer);
            }
            self.arrived = None;
        }
        self.leaving.pop();
    }

    /// All values together; nothing of an empty window.
    pub fn total(&self) -> Option<T> {
        match (self.leaving.last(), &self.arrived) {
            (Some(older), Some(newer)) => Some(older.and(newer)),
            (Some(all), None) | (None, Some(all)) => Some(all.clone()),
            (None, None) => None,
        }
    }
}

#[test]
fn it_holds_the_last_values_in_order() {
    #[derive(Debug, Clone, PartialEq)]
    struct Text(String);
    impl Total for Text {
        fn and(&self, newer: &Self) -> Self {
            Self(self.0.clone() + &newer.0)
        }
    }
    for most in 1..6 {
        let mut window = Sliding::new();
        let all = "abcdefghijklmnop";
        for (i, c) in all.char_indices() {
            window.push(Text(c.to_string()), most);
            let wanted = &all[(i + 1).saturating_sub(most)..=i];
            assert_eq!(window.total(), Some(Text(wanted.to_owned())));
        }
    }
}

//! What goes over a socket.

use bytes::Bytes;

/// A data frame, either way. Control frames other than close do not reach the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// UTF-8 text; on this wire always JSON, unless a script sends something else.
    Text(String),
    /// Bytes. The platform sends none of its own.
    Binary(Bytes),
}

impl Frame {
    /// The length of the payload in bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }

    /// Whether the payload has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_as_long_as_its_payload() {
        for (frame, bytes) in [
            (Frame::Text("é".to_owned()), 2),
            (Frame::Binary(Bytes::from_static(b"abc")), 3),
            (Frame::Text(String::new()), 0),
            (Frame::Binary(Bytes::new()), 0),
        ] {
            assert_eq!((frame.len(), frame.is_empty()), (bytes, bytes == 0), "{frame:?}");
        }
    }
}

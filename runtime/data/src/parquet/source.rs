//! A file whose length is known, so that no read beyond its end reserves memory for what a
//! damaged footer claims to be there.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// An open file and its length in bytes at that moment.
#[derive(Debug, Clone)]
pub(super) struct Source {
    file: Arc<File>,
    len: u64,
}

impl Source {
    pub(super) fn open(path: &Path) -> io::Result<Source> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "it is a folder",
            ));
        }
        Ok(Source {
            file: Arc::new(file),
            len: about.len(),
        })
    }

    fn at(&self, start: u64) -> Result<File> {
        // Clones share one position: the reader reads one page at a time, never two at once.
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok(file)
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.len
    }
}

impl ChunkReader for Source {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        if start > self.len {
            return Err(beyond(start, 0, self.len));
        }
        Ok(BufReader::new(self.at(start)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let fits = u64::try_from(length)
            .ok()
            .and_then(|length| start.checked_add(length))
            .is_some_and(|end| end <= self.len);
        if !fits {
            return Err(beyond(start, length, self.len));
        }
        let mut bytes = vec![0; length];
        self.at(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

fn beyond(start: u64, length: usize, len: u64) -> ParquetError {
    ParquetError::EOF(format!(
        "{length} bytes at offset {start} are beyond its end at {len} bytes"
    ))
}

use std::io::{self, Write};

use sinkcheck_reports::{Format, RenderOptions, render};

use crate::handmade;

#[test]
fn each_format_is_found_by_its_name() {
    for &format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
        assert_eq!(format.to_string(), format.name());
        assert!(format.about().ends_with('.'));
    }
    assert_eq!(Format::names().count(), Format::ALL.len());
}

#[test]
fn an_unknown_format_is_told_the_names_of_all() {
    let error = "yaml".parse::<Format>().expect_err("there is no such format");
    assert!(error.to_string().starts_with("no format is called `yaml`: there are text, json"), "{error}");
    assert!("Text".parse::<Format>().is_err());
}

/// Takes so many octets, and then is full.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = octets.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_is_told_of_and_never_panics() {
    let document = handmade::failing();
    for &format in Format::ALL {
        for room in [0, 1, 100, 500] {
            let result = render(&document, format, &RenderOptions::default(), &mut Full(room));
            assert_eq!(result.map_err(|error| error.kind()), Err(io::ErrorKind::StorageFull), "{format}, {room}");
        }
    }
}

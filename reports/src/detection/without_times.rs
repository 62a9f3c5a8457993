use super::Detection;

/// The same without how long it took, so that two of them can be compared.
#[must_use]
pub fn without_times(detection: &Detection) -> Detection {
    let mut detection = detection.clone();
    detection.figures.wall_ms = 0.0;
    detection
}

//! What units, donors and funds are checked for alike: a row with `in_force_from` says what holds from that day on, and
//! needs the row that says what held before. Labels are those of that first row.

/// Rows from a day on of something that has no first row.
macro_rules! without_beginning {
    ($stage:literal, $table:literal, $id:literal) => {
        concat!(
            "select s.file, s.line, 'in_force_from' as col, s.in_force_from::text as value,
                    'from-day-of-nothing' as key, '' as arg
             from ",
            $stage,
            " s where s.in_force_from is not null
                and not exists (select from ",
            $stage,
            " b where b.code = s.code and b.in_force_from is null)
                and not exists (select from ",
            $table,
            " f where f.",
            $id,
            " = s.",
            $id,
            " and f.in_force_from is null and f.voided_at is null)"
        )
    };
}

/// Rows from a day on in a file that leaves out a column: what it does not say would no longer hold.
macro_rules! says_too_little {
    ($stage:literal, $column:literal, $bit:literal) => {
        concat!(
            "select file, line, 'in_force_from' as col, in_force_from::text as value, 'says-too-little' as key, '",
            $column,
            "' as arg from ",
            $stage,
            " where in_force_from is not null and not found and (given & ",
            $bit,
            ") = 0"
        )
    };
}

/// Rows whose fact was taken out.
macro_rules! taken_out {
    ($stage:literal, $table:literal, $id:literal) => {
        concat!(
            "select s.file, s.line, 'code' as col, s.code as value, 'taken-out' as key, t.voided_on::text as arg
             from ",
            $stage,
            " s join (
                select ",
            $id,
            ", in_force_from, max(voided_at)::date as voided_on from ",
            $table,
            " where voided_at is not null group by ",
            $id,
            ", in_force_from
             ) t on t.",
            $id,
            " = s.",
            $id,
            " and t.in_force_from is not distinct from s.in_force_from where not s.found and not s.bad"
        )
    };
}

/// Rows of a staging table that are in a circle of parents on some day, once its facts are recorded.
macro_rules! in_a_circle {
    ($stage:literal, $table:literal, $id:literal) => {
        concat!(
            "select s.file, s.line, 'parent' as col, s.parent as value, 'parent-loop' as key, '' as arg from ",
            $stage,
            " s join (",
            crate::facts::parent_loops!(
                $table,
                $id,
                concat!("select ", $id, " from ", $stage, " where parent_id is not null")
            ),
            ") l on l.start = s.",
            $id,
            " where s.parent_id is not null"
        )
    };
}

/// Labels of a row from a day on that are not those of the first row.
macro_rules! label_not_used {
    ($stage:literal, $labels:literal, $id:literal, $label:literal) => {
        concat!(
            "select s.file, s.line, '",
            $label,
            "' as col, s.",
            $label,
            " as value, 'label-of-first-row' as key, d.",
            $label,
            " as arg from ",
            $stage,
            " s join ",
            $labels,
            " d on d.id = s.",
            $id,
            " where s.in_force_from is not null and s.",
            $label,
            " <> d.",
            $label
        )
    };
}

pub(super) use {in_a_circle, label_not_used, says_too_little, taken_out, without_beginning};

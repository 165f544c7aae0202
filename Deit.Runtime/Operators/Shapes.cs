using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Deit.Operators;

/// <summary>Refuses matrices that do not fit together before a kernel runs over their ends. The caller's name is the operator's.</summary>
internal static class Shapes
{
    /// <summary>Both have the same rows and columns.</summary>
    public static void Same(Matrix a, Matrix b, [CallerMemberName] string kernel = "")
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns) Refuse(kernel, a, b);
    }

    /// <summary>Both have the same columns.</summary>
    public static void SameColumns(Matrix a, Matrix b, [CallerMemberName] string kernel = "")
    {
        if (a.Columns != b.Columns) Refuse(kernel, a, b);
    }

    /// <summary>The matrix has one row: a value for each column of <paramref name="of"/>.</summary>
    public static void RowOf(Matrix of, Matrix row, [CallerMemberName] string kernel = "")
    {
        if (row.Rows != 1 || row.Columns != of.Columns) Refuse(kernel, of, row);
    }

    /// <summary>The matrix has one value for each row of <paramref name="of"/>.</summary>
    public static void ColumnOf(Matrix of, Matrix column, [CallerMemberName] string kernel = "")
    {
        if (column.Columns != 1 || column.Rows != of.Rows) Refuse(kernel, of, column);
    }

    /// <summary>The matrix has these rows and columns.</summary>
    public static void Are(Matrix matrix, long rows, long columns, [CallerMemberName] string kernel = "")
    {
        if (matrix.Rows != rows || matrix.Columns != columns)
        {
            throw new ArgumentException(FormattableString.Invariant($"{kernel}: {matrix} stands where {rows} x {columns} is needed."));
        }
    }

    /// <summary>How often the rows of one go into those of the other, which they must do evenly.</summary>
    public static long Times(long rows, long part, [CallerMemberName] string kernel = "")
    {
        if (part <= 0 || rows % part != 0)
        {
            throw new ArgumentException(FormattableString.Invariant($"{kernel}: {rows} rows or columns are not made of parts of {part}."));
        }

        return rows / part;
    }

    [DoesNotReturn]
    private static void Refuse(string kernel, Matrix a, Matrix b) =>
        throw new ArgumentException($"{kernel}: {a} and {b} do not fit together.");
}

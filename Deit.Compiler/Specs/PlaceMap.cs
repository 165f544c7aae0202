using System.Linq;

namespace Deit.Compiler.Specs;

/// <summary>How a front end spells keys.</summary>
public enum Dialect
{
    /// <summary>As in YAML: <c>embed_dim</c>.</summary>
    Yaml,

    /// <summary>As in attributes: <c>EmbedDim</c>.</summary>
    CSharp,
}

/// <summary>Where one key of a declaration and its value are written.</summary>
/// <param name="Path">The key's dotted path.</param>
/// <param name="Key">The place of the key.</param>
/// <param name="Value">The place of the value.</param>
public sealed record KeyPlace(string Path, Place Key, Place Value);

/// <summary>Where a declaration and each of its values are written, kept apart from the values themselves.</summary>
/// <param name="Dialect">How keys are spelled there.</param>
/// <param name="Declaration">The place to blame where no key is: the family's value or the attribute.</param>
/// <param name="Keys">The places of the stated keys.</param>
public sealed record PlaceMap(Dialect Dialect, Place Declaration, EquatableArray<KeyPlace> Keys)
{
    /// <summary>
    /// Where the value of <paramref name="path"/> is written; where it is not, its list or table, and at last the declaration.
    /// </summary>
    public Place ValueOf(string path)
    {
        if (Find(path) is { } found) return found.Value;
        int parent = path.LastIndexOf('.');
        return parent < 0 ? Declaration : ValueOf(path.Substring(0, parent));
    }

    /// <summary>Where the key <paramref name="path"/> is written; where it is not, what <see cref="ValueOf"/> gives.</summary>
    public Place KeyOf(string path) => Find(path)?.Key ?? ValueOf(path);

    private KeyPlace? Find(string path) => Keys.FirstOrDefault(key => key.Path == path);
}

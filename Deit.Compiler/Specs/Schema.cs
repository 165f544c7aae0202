using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Specs;

/// <summary>The keys that one kind of declaration accepts.</summary>
/// <param name="Title">What it describes, for messages: "a vision_transformer model".</param>
/// <param name="Keys">Its keys in the order in which documentation lists them.</param>
public sealed record Schema(string Title, ImmutableArray<Key> Keys)
{
    /// <summary>The key of that name, or null.</summary>
    public Key? Find(string name) => Keys.FirstOrDefault(key => key.Name == name);

    /// <summary>The key at a dotted path (<c>student.epochs</c>), or null.</summary>
    public Key? FindPath(string path)
    {
        Schema? schema = this;
        Key? key = null;
        foreach (string name in path.Split('.'))
        {
            key = schema?.Find(name);
            schema = key?.Table;
        }

        return key;
    }

    /// <summary>Every key that holds a value, with its dotted path, those of nested tables included.</summary>
    public IEnumerable<(string Path, Key Key)> Leaves() =>
        Keys.SelectMany(static key => key.Table is { } table
            ? table.Leaves().Select(leaf => ($"{key.Name}.{leaf.Path}", leaf.Key))
            : [(key.Name, key)]);
}

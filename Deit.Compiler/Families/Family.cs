using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Diagnostics;
using Deit.Compiler.Graphs;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Families;

/// <summary>An architecture family: the keys that describe one of its models, and the graph they make.</summary>
public abstract class Family
{
    /// <summary>All families, in the order of their names: a class that derives from this one is all it takes.</summary>
    public static ImmutableArray<Family> All { get; } = [.. typeof(Family).Assembly.GetTypes()
        .Where(static type => type.IsSubclassOf(typeof(Family)) && !type.IsAbstract)
        .Select(static type => (Family)Activator.CreateInstance(type, nonPublic: true)!)
        .OrderBy(static family => family.Name, StringComparer.Ordinal)];

    /// <summary>Its name in YAML.</summary>
    public abstract string Name { get; }

    /// <summary>The full name of the attribute that declares one of its models; null where only YAML does.</summary>
    public abstract string? AttributeName { get; }

    /// <summary>The keys of its models, those that every model has not included.</summary>
    public abstract ImmutableArray<Key> Keys { get; }

    /// <summary>The keys of a YAML file that declares one of its models.</summary>
    public Schema Schema => new($"a {Name} model", [.. ModelKeys.All, .. Keys]);

    /// <summary>The family of that name, or null.</summary>
    public static Family? Find(string name) => All.FirstOrDefault(family => family.Name == name);

    /// <summary>What contradicts itself in <paramref name="spec"/>; a graph is built only where nothing does.</summary>
    internal abstract IEnumerable<SpecFinding> Check(SpecTable spec);

    /// <summary>What a model of these values takes and gives.</summary>
    internal virtual InputAndOutput Describe(SpecTable spec) => new(
        spec.Integer("channels"), spec.Integer("image_size"), spec.Integer("classes"), spec.Schema.Find("distilled") is not null && spec.Boolean("distilled"));

    /// <summary>The values of a model that derives from another: its own, and the base's where it states none.</summary>
    internal virtual SpecTable Derive(SpecTable? parent, SpecTable own) => parent is null
        ? own
        : SpecTable.Create(own.Schema, [.. own.Entries, .. parent.Entries.Where(entry => !own.States(entry.Path))]);

    /// <summary>Builds the graph.</summary>
    /// <exception cref="GraphException">The values do not make a graph.</exception>
    internal abstract Architecture Build(SpecTable spec, string className);
}

/// <summary>A model's graph and what its use depends on.</summary>
/// <param name="Root">The graph.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Distilled">Whether it has a distillation head, and so a second output.</param>
/// <param name="DropPath">The declared rate of stochastic depth of the last block; null where the blocks state their own.</param>
/// <param name="DropPathSteps">The number of steps in which that rate is reached from 0, one a block.</param>
internal sealed record Architecture(Block Root, int Classes, bool Distilled, double? DropPath, int DropPathSteps);

/// <summary>What a model takes and gives.</summary>
/// <param name="Channels">Channels of the images.</param>
/// <param name="ImageSize">Height and width of the images.</param>
/// <param name="Classes">Number of classes.</param>
/// <param name="Distilled">Whether it has a distillation head.</param>
internal sealed record InputAndOutput(long Channels, long ImageSize, long Classes, bool Distilled);

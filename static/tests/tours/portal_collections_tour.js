import { registry } from "@web/core/registry";

import { patient } from "./patient";

/** A customer looks at what is open, promises a day, contests an invoice with a file. */
registry.category("web_tour.tours").add("portal_collections_tour", {
    url: "/my",
    steps: () => patient([
        {
            content: "The card on the home page",
            trigger: "a[href='/my/collections']:contains(Open Items)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "What is open, and no other's",
            trigger:
                "#o_collection_portal .o_collection_items:contains(100.00):contains(250.00):not(:contains(77.00))",
        },
        {
            content: "Download the statement",
            trigger: "a.o_collection_statement_link",
            async run() {
                // A click would leave the file in the browser's folder and the page as it is.
                const response = await fetch(this.anchor.href);
                if (!response.headers.get("Content-Disposition").includes("Statement")) {
                    throw new Error("no statement");
                }
            },
        },
        {
            content: "Choose an item",
            trigger: ".o_collection_promise .form-check:contains(100.00) input",
            run: "click",
        },
        {
            content: "Today",
            trigger: ".o_collection_promise input[name=date]",
            run() {
                this.anchor.value = this.anchor.min;
            },
        },
        {
            content: "Promise",
            trigger: ".o_collection_promise button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "It is written down",
            trigger: "#done:contains(your promise is written down)",
        },
        {
            content: "And stands beside the item",
            trigger: ".o_collection_items tr:contains(100.00):contains(Promised for)",
        },
        {
            content: "Contest the other one",
            trigger: ".o_collection_dispute select[name=item_id]",
            run() {
                const option = [...this.anchor.options].find((one) => one.text.includes("250.00"));
                this.anchor.value = option.value;
            },
        },
        {
            content: "Part of it",
            trigger: ".o_collection_dispute input[name=amount]",
            run: "edit 50",
        },
        {
            content: "Why",
            trigger: ".o_collection_dispute select[name=reason_id]",
            run: "selectByLabel Price or discount wrong",
        },
        {
            content: "In words",
            trigger: ".o_collection_dispute textarea[name=text]",
            run: "edit The agreed price was lower",
        },
        {
            content: "With a file",
            trigger: ".o_collection_dispute input[name=files]",
            run() {
                const file = new File(["%PDF-1.4\n%%EOF\n"], "order.pdf", {
                    type: "application/pdf",
                });
                const transfer = new DataTransfer();
                transfer.items.add(file);
                this.anchor.files = transfer.files;
            },
        },
        {
            content: "Send",
            trigger: ".o_collection_dispute button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "They look into it",
            trigger: "#done:contains(we look into it)",
        },
        {
            content: "It is on the list",
            trigger: ".o_collection_disputes:contains(Price or discount wrong):contains(50.00)",
        },
        {
            content: "The contact",
            trigger: ".o_collection_contact input[name=name]",
            run: "edit Ana Pop",
        },
        {
            content: "Her e-mail",
            trigger: ".o_collection_contact input[name=email]",
            run: "edit ana.pop@example.com",
        },
        {
            content: "Save",
            trigger: ".o_collection_contact button[type=submit]",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "She is there",
            trigger: ".o_collection_contact:contains(ana.pop@example.com)",
        },
    ]),
});
